/** The titles of frames: they name an opened group and close it. */

import type { StageElement } from "./cardElements";
import { make, setClass } from "./dom";
import type { SceneFrame } from "./scene";

export function makeFrameTitle(frame: SceneFrame, half: "forward" | "backward"): StageElement {
  const root = make("div", `stage-frame-title stage-frame-title--${half}`);
  root.tabIndex = -1;
  root.setAttribute("role", "button");
  root.setAttribute("aria-expanded", "true");
  root.setAttribute("aria-label", `${frame.title}, close this group`);
  root.title = `Close ${frame.title}`;
  root.dataset.frame = String(frame.index);
  const name = half === "forward" ? frame.title : `∂ ${frame.title}`;
  root.append(make("span", "stage-open", "▾"), make("span", "stage-frame-name", name));
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
