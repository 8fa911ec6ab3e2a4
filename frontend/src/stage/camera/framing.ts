/** Which view to begin with, which way the flow runs, and where the event at the playhead stands. */

import {
  bringingIntoView,
  clampScale,
  readableScale,
  viewOf,
  type View,
  type Viewport,
} from "./camera";
import type { Geometry, Rect } from "../layout/geometry";
import { roomOfMap } from "./minimap";
import { currentItem, currentLeaf, type Timing } from "../flow/timing";

/** The upright picture has to be so much larger before it is preferred. */
const uprightAdvantage = 1.15;
const beginMargin = 36;
/** What begins above the stage is not to begin behind the header. */
const leastTop = 18;
/** Above a card with numbers, in the world: there the bar stands that neurons and grids share. */
const barAbove = 48;
/** So small cards may get for the whole breadth of the tape to fit; those with numbers less so. */
const leastScale = 0.5;
const leastNumbersScale = 0.85;

/** All of the tape where its cards stay readable; else, readable, the place of the playhead. */
export function initialView(geometry: Geometry, viewport: Viewport, current: Rect | null): View {
  const all = viewOf(geometry.bounds, viewport);
  const hasNumbers = geometry.scene.items.some((item) => item.numbers !== null);
  const [readable, least] = hasNumbers
    ? [leastNumbersScale, leastNumbersScale]
    : [readableScale, leastScale];
  if (all.scale >= readable || geometry.cards.length === 0) return all;
  const { bounds } = geometry;
  const horizontal = geometry.orientation === "horizontal";
  // Not all is in view: the map appears, and is not to cover the backward half.
  const height = viewport.height - (horizontal && !hasNumbers ? roomOfMap(viewport) : 0);
  const across = horizontal ? height / bounds.height : viewport.width / bounds.width;
  const scale = clampScale(Math.min(1, Math.max(least, across * 0.94)));
  const centre = (start: number, length: number, room: number): number =>
    room / 2 - (start + length / 2) * scale;
  const top = leastTop - bounds.y * scale;
  const begin = (start: number): number => beginMargin - start * scale;
  const view = horizontal
    ? { x: begin(bounds.x), y: Math.max(centre(bounds.y, bounds.height, height), top), scale }
    : { x: centre(bounds.x, bounds.width, viewport.width), y: begin(bounds.y), scale };
  return current === null ? view : bringingIntoView(view, current, viewport);
}

/** Whether the upright picture fits this viewport better. */
export function prefersUpright(horizontal: Rect, upright: Rect, viewport: Viewport): boolean {
  const lying = viewOf(horizontal, viewport).scale;
  if (lying >= readableScale) return false;
  return viewOf(upright, viewport).scale > lying * uprightAdvantage;
}

/** Where the event at the playhead happens: a card, a gradient card, or a parameter's chip. */
export function placeOfEvent(geometry: Geometry, timing: Timing, playhead: number): Rect | null {
  const { scene } = geometry;
  const event = scene.structure.events[playhead - 1];
  if (event === undefined) return null;
  const item = currentItem(timing, playhead);
  if (item >= 0) {
    const rects = event.kind === "forward_op" ? geometry.cards : geometry.gradientCards;
    const rect = rects[item] ?? null;
    if (rect === null || scene.items[item]?.numbers === null) return rect;
    return { ...rect, y: rect.y - barAbove, height: rect.height + barAbove };
  }
  const leaf = currentLeaf(timing, playhead);
  const owner = scene.items.find((candidate) => candidate.leaves.includes(leaf));
  if (owner === undefined) return null;
  const chips = event.kind === "update" ? geometry.chips : geometry.gradientChips;
  return chips[owner.index]?.[owner.leaves.indexOf(leaf)] ?? null;
}
