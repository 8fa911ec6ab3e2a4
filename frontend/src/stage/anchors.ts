/** What keeps its place on the screen while the rest makes room. */

import { headOfFrame } from "./frameElements";
import type { Geometry, Rect } from "./geometry";
import type { SceneFrame } from "./scene";

export interface Anchor {
  readonly before: Rect;
  /** Where it is to be found in the geometry to come. */
  find(geometry: Geometry): Rect | undefined;
}

/** The card of a call that is opened: its frame will begin where the card does. */
export function anchorOfOpening({ scene, cards }: Geometry, call: number): Anchor | null {
  const before = cards[scene.items.findIndex((item) => item.opens === call)];
  if (before === undefined) return null;
  return {
    before,
    find: ({ scene, frames }) =>
      frames[scene.frames.findIndex((frame) => frame.calls.includes(call))],
  };
}

/** The title of a frame that is closed, folded or unfolded, wherever in it that stands. */
export function anchorOfFrame(
  { frames }: Geometry,
  frame: SceneFrame,
  visible: Rect,
): Anchor | null {
  const whole = frames[frame.index];
  if (whole === undefined) return null;
  return {
    before: headOfFrame(whole, visible),
    find: ({ scene, cards, frames }) =>
      frame.repeat === null
        ? cards[scene.itemOfOp[frame.firstOp] ?? -1]
        : frames[scene.frames.findIndex(({ key }) => key === frame.key)],
  };
}
