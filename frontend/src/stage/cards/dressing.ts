/** What cards and chips wear beyond their own looks: dimmed aside of a trace, or a colour. */

import { setAttribute, setClass } from "../dom";
import type { Picture } from "../pictures/picture";
import type { Shade } from "../canvas/shading";

/** Which card or chip an element is. */
export interface Figure {
  readonly half: "forward" | "backward";
  readonly item: number;
  /** The tensor of a chip; null for a card. */
  readonly leaf: number | null;
}

/** Whether something is aside of what is traced. */
export function isAside({ traced }: Picture, { half, item, leaf }: Figure): boolean {
  if (traced === null) return false;
  if (leaf !== null) return !traced.chips.has(leaf);
  return !(half === "forward" ? traced.cards : traced.gradientCards).has(item);
}

/** The colour of a card; null where it has none, as chips never do. */
export function shadeOf({ shading }: Picture, { half, item, leaf }: Figure): Shade | null {
  if (shading === null || leaf !== null) return null;
  return (half === "forward" ? shading.forward : shading.backward)[item] ?? null;
}

export function dress(root: HTMLElement, picture: Picture, figure: Figure): void {
  setClass(root, "is-aside", isAside(picture, figure));
  const shade = shadeOf(picture, figure);
  const isKnown = shade !== null && shade.from <= picture.playhead;
  setAttribute(root, "data-shade", shade === null ? null : isKnown ? shade.look : "not-yet");
  setAttribute(root, "data-measure", isKnown && shade.look !== "none" ? shade.text : null);
  root.style.setProperty("--shade", isKnown ? shade.color : "transparent");
  root.style.setProperty("--on-shade", isKnown ? shade.ink : "inherit");
}
