/** What keeps its place on the screen while the rest of the stage makes room. */

import { clampScale, type View } from "./camera";
import { headOfFrame } from "../cards/frameElements";
import type { Geometry, Rect } from "../layout/geometry";
import type { SceneFrame } from "../scene/scene";

export interface Anchor {
  readonly before: Rect;
  find(geometry: Geometry): Rect | undefined;
  /** The point of the screen under which the same part of the rectangle stays: else its corner. */
  readonly pointer?: { readonly x: number; readonly y: number };
  /** The scale to go to; the same by default. */
  scale?(scale: number, after: Rect): number;
}

/** The view in which what stood at `before` stands at `after`, as the anchor wants it. */
export function viewKeeping(view: View, anchor: Anchor, after: Rect): View {
  const { before, pointer } = anchor;
  const at = pointer ?? {
    x: view.x + before.x * view.scale,
    y: view.y + before.y * view.scale,
  };
  const scale = clampScale(anchor.scale?.(view.scale, after) ?? view.scale);
  const across = partOf((at.x - view.x) / view.scale, before.x, before.width);
  const down = partOf((at.y - view.y) / view.scale, before.y, before.height);
  return {
    x: at.x - place(across, after.x, after.width) * scale,
    y: at.y - place(down, after.y, after.height) * scale,
    scale,
  };
}

/** How far along a stretch a place lies: a share of it, and how far beyond its ends. */
function partOf(at: number, start: number, length: number): { share: number; beyond: number } {
  const share = Math.min(1, Math.max(0, (at - start) / length));
  return { share, beyond: at - (start + share * length) };
}

function place(
  { share, beyond }: ReturnType<typeof partOf>,
  start: number,
  length: number,
): number {
  return start + share * length + beyond;
}

/** The rectangle nearest to a point, and how far it is: not at all where the point lies in it. */
export function nearestRect(
  rects: readonly Rect[],
  x: number,
  y: number,
): { index: number; distance: number } {
  let nearest = { index: -1, distance: Infinity };
  for (const [index, rect] of rects.entries()) {
    const dx = Math.max(rect.x - x, 0, x - rect.x - rect.width);
    const dy = Math.max(rect.y - y, 0, y - rect.y - rect.height);
    const distance = Math.hypot(dx, dy);
    if (distance < nearest.distance) nearest = { index, distance };
  }
  return nearest;
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
