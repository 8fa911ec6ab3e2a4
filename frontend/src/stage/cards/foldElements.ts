/** The elements of a folded repeat: the slider at its head, and what stands for hidden steps. */

import { formatCount } from "../../model/format";
import type { StageElement } from "./cardElements";
import { make, setAttribute, setClass, setText } from "../dom";
import type { Picture } from "../pictures/picture";
import type { Item, Scene, SceneFrame } from "../scene/scene";
import type { Fold } from "../scene/sceneFolds";
import { backwardState, forwardState } from "../flow/timing";

function foldOf(scene: Scene, frame: SceneFrame): Fold | undefined {
  return scene.folds.find((fold) => fold.frame === frame.index);
}

/** Title, slider and the button that shows all steps. */
export function makeFoldHead(frame: SceneFrame): StageElement {
  const root = make("div", "stage-frame-title stage-frame-title--forward stage-fold-head");
  const count = frame.repeat?.steps.length ?? 1;
  const name = make("span", "stage-frame-name", frame.title);
  const unfold = makeUnfold(frame);
  const title = make("div", "stage-fold-title");
  title.append(name, unfold);
  const slider = makeSlider(frame, count);
  const words = make("span", "stage-fold-step");
  const line = make("div", "stage-fold-line");
  line.append(slider, words);
  root.append(title, line);
  return {
    root,
    update({ geometry }) {
      const step = (foldOf(geometry.scene, frame)?.step ?? 0) + 1;
      if (slider.value !== String(step)) slider.value = String(step);
      const text = `step ${formatCount(step)} of ${formatCount(count)}`;
      setAttribute(slider, "aria-valuetext", text);
      setText(words, text);
    },
  };
}

function makeUnfold(frame: SceneFrame): HTMLElement {
  const button = make("span", "stage-fold-button", "unfold");
  button.tabIndex = 0;
  button.setAttribute("role", "button");
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-label", `Show all steps of ${frame.title}`);
  button.title = "Show all steps";
  button.dataset.unfold = String(frame.index);
  return button;
}

function makeSlider(frame: SceneFrame, count: number): HTMLInputElement {
  const slider = document.createElement("input");
  slider.type = "range";
  slider.className = "stage-fold-slider";
  slider.min = "1";
  slider.max = String(count);
  slider.setAttribute("aria-label", `Step of ${frame.title}`);
  slider.dataset.repeat = String(frame.repeat?.id);
  return slider;
}

/** `416 before`: a click leads to the nearest of them. */
export function makeHiddenSteps(
  item: Item,
  { geometry }: Picture,
  half: "forward" | "backward",
): StageElement {
  const root = make("div", `stage-hidden stage-hidden--${half}`);
  const isBefore = item.key.startsWith("before");
  const isEnd = item.detail === "step";
  root.append(
    make("span", "stage-hidden-count", item.name),
    make("span", "stage-hidden-side", item.detail),
  );
  setClass(root, "is-end", isEnd);
  const frame = geometry.scene.frames[item.frame]?.title ?? "";
  const steps = item.name === "1" ? "One more step" : `${item.name} more steps`;
  const label = isEnd
    ? `This is the ${item.name} step of ${frame}`
    : `${steps} ${item.detail} this one: show the step ${item.detail} it`;
  root.setAttribute("aria-label", label);
  root.title = label;
  if (isEnd) root.setAttribute("role", "note");
  else {
    root.setAttribute("role", "button");
    root.dataset.hidden = item.key;
    root.tabIndex = half === "forward" ? 0 : -1;
  }
  root.dataset.side = isBefore ? "before" : "after";
  return {
    root,
    update({ geometry, timing, tape, playhead, users }) {
      const { cards, gradientCards } = users;
      setClass(root, "is-user", (half === "forward" ? cards : gradientCards).has(item.index));
      const state =
        half === "forward"
          ? forwardState(geometry.scene, timing, item.index, playhead)
          : backwardState(geometry.scene, tape, timing, item.index, playhead);
      setAttribute(root, "data-state", state);
    },
  };
}
