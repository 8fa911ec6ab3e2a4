/** The elements of cards: forward card, gradient card, the loss' circle and its gradient. */

import type { Structure } from "../../api/types";
import { formatNumber } from "../../model/format";
import { moduleOf } from "../../model/names";
import { isVisible, toNumber, valuesOf } from "../../model/tape";
import { make, makeCanvas, setAttribute, setClass, setText } from "../dom";
import type { HeatmapQueue } from "./heatmapQueue";
import type { Size } from "../layout/measures";
import type { Picture } from "../pictures/picture";
import type { Item } from "../scene/scene";
import { backwardState, forwardState } from "../flow/timing";
import { cardLabel, shapeOf, wordGradient, type GradientWords } from "./wording";

/** Something on the stage that follows the picture. */
export interface StageElement {
  readonly root: HTMLElement;
  update(picture: Picture, heatmaps: HeatmapQueue): void;
}

/** Room for the heatmap inside of a card. */
const heatmapSize: Size = { width: 112, height: 40 };
const inputHeatmapSize: Size = { width: 88, height: 40 };

function makeCard(item: Item, className: string, detail: string): HTMLElement {
  const root = make("div", className);
  root.tabIndex = -1;
  root.setAttribute("role", "button");
  root.append(makeCardHead(item, detail, className.includes("stage-card--forward")));
  return root;
}

export function makeCardHead(item: Item, detail: string, opens = false): HTMLElement {
  const head = make("div", "stage-card-head");
  if (item.opens !== null && opens) {
    const open = make("span", "stage-open", "▸");
    open.dataset.open = String(item.opens);
    open.title = `Open ${item.name}`;
    head.append(open);
  }
  head.append(make("span", "stage-card-name", item.name));
  if (detail !== "") head.append(make("span", "stage-card-detail", detail));
  return head;
}

export function makeForwardCard(item: Item, picture: Picture): StageElement {
  const { structure } = picture.tape;
  const root = makeCard(
    item,
    `stage-card stage-card--forward stage-card--${item.kind}`,
    item.detail,
  );
  root.dataset.card = item.key;
  const canvas = makeCanvas("stage-heatmap");
  const shape = make("div", "stage-card-shape", shapeOf(structure, item.output));
  root.append(canvas, shape);
  const size = item.kind === "input" ? inputHeatmapSize : heatmapSize;
  return {
    root,
    update(picture, heatmaps) {
      const { geometry, timing, tape, playhead, spot, around } = picture;
      const visible = item.output !== null && isVisible(tape, item.output, playhead);
      setClass(root, "is-user", picture.users.cards.has(item.index));
      setAttribute(root, "data-state", forwardState(geometry.scene, timing, item.index, playhead));
      setAttribute(root, "aria-label", cardLabel(structure, item, visible));
      setSelected(root, spot.cards.has(item.index), around.cards.has(item.index));
      const shown = visible ? item.output : null;
      setClass(root, "is-changed", shown !== null && picture.changed.has(shown));
      heatmaps.request(canvas, shown, size);
    },
  };
}

export function setSelected(root: HTMLElement, selected: boolean, near: boolean): void {
  setClass(root, "is-selected", selected);
  setClass(root, "is-near", near && !selected);
  setAttribute(root, "aria-pressed", String(selected));
}

/** Where a layer would stand that does not work. */
export function makeMissingCard(item: Item): StageElement {
  const root = make("div", "stage-card stage-card--missing");
  root.setAttribute("role", "note");
  root.setAttribute("aria-label", `${item.name} ${item.detail}: does not work`);
  const head = make("div", "stage-card-head");
  head.append(make("span", "stage-card-name", item.name));
  head.append(make("span", "stage-card-detail", item.detail));
  root.append(head, make("div", "stage-card-trouble", "does not work"));
  return { root, update: () => undefined };
}

export function makeGradientCard(item: Item): StageElement {
  const detail = item.detail === "" ? "∂" : `∂ ${item.detail}`;
  const root = makeCard(item, `stage-card stage-card--backward stage-card--${item.kind}`, detail);
  root.dataset.gradientCard = item.key;
  const canvas = makeCanvas("stage-heatmap");
  const shape = make("div", "stage-card-shape");
  const norm = make("div", "stage-card-norm");
  const sum = make("span", "stage-sum", "Σ");
  root.append(canvas, shape, norm, sum);
  const size = item.kind === "input" ? inputHeatmapSize : heatmapSize;
  return {
    root,
    update(picture, heatmaps) {
      const { geometry, timing, tape, playhead, spot, around } = picture;
      if (item.output === null) return;
      const words = wordGradient(tape, item.output, playhead);
      setClass(root, "is-user", picture.users.gradientCards.has(item.index));
      setAttribute(
        root,
        "data-state",
        backwardState(geometry.scene, tape, timing, item.index, playhead),
      );
      setAttribute(root, "data-look", words.look);
      setAttribute(root, "aria-label", `Gradient of ${item.name}. ${words.title}`);
      setText(shape, words.look === "none" ? "" : shapeOf(tape.structure, item.output));
      setText(norm, normLine(words));
      setSum(sum, picture, item);
      setSelected(root, spot.gradientCards.has(item.index), around.gradientCards.has(item.index));
      setClass(root, "is-changed", words.tensor !== null && picture.changed.has(words.tensor));
      heatmaps.request(canvas, words.tensor, size);
    },
  };
}

export function normLine({ look, text }: GradientWords): string {
  switch (look) {
    case "none":
    case "not-yet":
      return text;
    case "zero":
      return "‖∂‖ 0 · all zero";
    case "not-finite":
    case "value":
      return text === "" ? "" : `‖∂‖ ${text}`;
  }
}

/** Where several gradients arrive and are added, a sum sign stands at the door. */
function setSum(sum: HTMLElement, { edges }: Picture, item: Item): void {
  sum.hidden = (edges.arrivals[item.index] as number) < 2;
}

export function makeLossCard(item: Item, picture: Picture): StageElement {
  const root = make("div", "stage-loss");
  root.tabIndex = -1;
  root.setAttribute("role", "button");
  root.dataset.card = item.key;
  const { structure } = picture.tape;
  const named = item.output === null ? null : (structure.tensors[item.output]?.name ?? null);
  const name = make("span", "stage-loss-name", named ?? item.name);
  const value = make("span", "stage-loss-value");
  const kind = make("span", "stage-loss-kind", lossKind(structure, item));
  if (item.opens !== null) {
    kind.dataset.open = String(item.opens);
    kind.classList.add("is-openable");
    kind.title = "Open the loss";
  }
  root.append(name, value, kind);
  return {
    root,
    update(picture) {
      const { geometry, timing, tape, playhead, spot, around } = picture;
      const visible = item.output !== null && isVisible(tape, item.output, playhead);
      const number = visible ? lossValue(picture) : null;
      setAttribute(root, "data-state", forwardState(geometry.scene, timing, item.index, playhead));
      setClass(
        root,
        "is-changed",
        visible && item.output !== null && picture.changed.has(item.output),
      );
      setAttribute(root, "data-finite", String(number === null || Number.isFinite(number)));
      setLargeNumber(value, number === null ? "?" : formatNumber(number));
      const label = number === null ? "not computed yet" : formatNumber(number);
      setAttribute(root, "aria-label", `loss, ${kind.textContent ?? ""}, ${label}`);
      setSelected(root, spot.cards.has(item.index), around.cards.has(item.index));
    },
  };
}

/** In large type, but never wider than the circle. */
function setLargeNumber(element: HTMLElement, text: string): void {
  if (element.textContent === text) return;
  element.textContent = text;
  element.style.fontSize = `${Math.min(22, 132 / text.length).toFixed(1)}px`;
}

/** `BCEWithLogitsLoss` as `BCE with logits`: it has to fit into a circle. */
export function lossKind(structure: Structure, item: Item): string {
  const module = moduleOf(structure, item.call?.id ?? structure.ops[item.firstOp]?.call ?? null);
  const kind = module?.target ?? (item.detail === "" ? item.name : item.detail);
  const words = kind
    .replace(/Loss$/, "")
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
    .replaceAll("_", " ");
  return words.replace(/\b[A-Z][a-z]+/g, (word) => word.toLowerCase()).trim();
}

export function lossValue({ tape }: Picture): number {
  if (tape.frame.loss !== null) return toNumber(tape.frame.loss);
  const { loss } = tape.structure;
  return (loss === null ? undefined : valuesOf(tape, loss)?.values[0]) ?? NaN;
}

export function makeSeedCard(item: Item): StageElement {
  const root = make("div", "stage-seed");
  root.tabIndex = -1;
  root.setAttribute("role", "button");
  root.dataset.gradientCard = item.key;
  const value = make("span", "stage-seed-value");
  root.append(make("span", "stage-seed-name", "∂loss/∂loss"), value);
  return {
    root,
    update(picture) {
      const { geometry, timing, tape, playhead, spot, around } = picture;
      const words = item.output === null ? null : wordGradient(tape, item.output, playhead);
      const number = words?.tensor == null ? undefined : valuesOf(tape, words.tensor)?.values[0];
      setAttribute(
        root,
        "data-state",
        backwardState(geometry.scene, tape, timing, item.index, playhead),
      );
      setAttribute(root, "data-look", words?.look ?? "none");
      setText(value, number === undefined ? (words?.text ?? "") : formatNumber(number));
      setAttribute(
        root,
        "aria-label",
        `Gradient of the loss by itself, ${value.textContent ?? ""}`,
      );
      setSelected(root, spot.gradientCards.has(item.index), around.gradientCards.has(item.index));
    },
  };
}
