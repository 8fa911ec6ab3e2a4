/** The titles of frames: they name an opened group and close it; a folded repeat's has a slider. */

import { intersects } from "../camera/camera";
import type { StageElement } from "./cardElements";
import { make, setClass } from "../dom";
import { makeFoldHead } from "./foldElements";
import type { Rect } from "../layout/geometry";
import { frameTitleHeight } from "../layout/measures";
import type { SceneFrame } from "../scene/scene";

/** Room that a title wants at least; it does not stand nearer to the end of its frame. */
const titleLength = 240;

/** Where a frame's title stands: at its corner, or where the view begins in the midst of it. */
export function headOfFrame(frame: Rect, visible: Rect): Rect {
  if (!intersects(frame, visible)) return { ...frame, height: frameTitleHeight };
  const start = (from: number, length: number, seen: number, kept: number): number =>
    Math.max(from, Math.min(seen, from + length - kept));
  const x = start(frame.x, frame.width, visible.x, titleLength);
  const y = start(frame.y, frame.height, visible.y, frameTitleHeight);
  const end = Math.min(frame.x + frame.width, Math.max(visible.x + visible.width, x + titleLength));
  return { x, y, width: end - x, height: frameTitleHeight };
}

export function makeFrameTitle(frame: SceneFrame, half: "forward" | "backward"): StageElement {
  if (!frame.folded) return makeClosingTitle(frame, half);
  if (half === "forward") return makeFoldHead(frame);
  const root = make("div", "stage-frame-title stage-frame-title--backward");
  root.append(make("span", "stage-frame-name", `∂ ${frame.title}`));
  return { root, update: () => undefined };
}

function makeClosingTitle(frame: SceneFrame, half: "forward" | "backward"): StageElement {
  const root = make("div", `stage-frame-title stage-frame-title--${half}`);
  const close = frame.repeat === null ? "close this group" : "fold its steps into one";
  root.tabIndex = -1;
  root.setAttribute("role", "button");
  root.setAttribute("aria-expanded", "true");
  root.setAttribute("aria-label", `${frame.title}, ${close}`);
  root.title = frame.repeat === null ? `Close ${frame.title}` : "Fold all steps into one";
  root.dataset.frame = String(frame.index);
  const name = half === "forward" ? frame.title : `∂ ${frame.title}`;
  root.append(make("span", "stage-open", "▾"), make("span", "stage-frame-name", name));
  if (frame.repeat !== null) root.append(make("span", "stage-fold-button", "fold"));
  const call = frame.calls[0];
  return {
    root,
    update({ spot, geometry }) {
      const scene = geometry.scene;
      const isWhole = [...spot.cards].every((item) => scene.items[item]?.frame === frame.index);
      setClass(root, "is-selected", call !== undefined && spot.cards.size > 1 && isWhole);
    },
  };
}
