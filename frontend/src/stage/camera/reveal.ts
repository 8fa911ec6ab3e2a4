/** What brings a selection into sight: the calls that have to stand open, and where it then lies. */

import type { Structure } from "../../api/types";
import type { Selection } from "../../model/selection";
import {
  centredOn,
  clampScale,
  onScreen,
  readableScale,
  viewOf,
  type View,
  type Viewport,
} from "./camera";
import type { Geometry, Rect } from "../layout/geometry";
import type { Spot } from "../pointing/locate";
import type { Scene } from "../scene/scene";

/** Cards are brought to this scale where they were too small to be read. */
const closeScale = 0.95;
const roomAround = 24;

/** The calls around a selection from the outside in, without itself. */
export function callsAround(scene: Scene, { kind, id }: Selection): number[] {
  const { structure } = scene;
  switch (kind) {
    case "call":
      return ancestors(structure, structure.calls[id]?.parent ?? null);
    case "op":
      return ancestors(structure, structure.ops[id]?.call ?? null);
    case "node":
      return callsAroundOp(structure, structure.nodes[id]?.op ?? null);
    case "edge":
      return callsAroundOp(
        structure,
        structure.nodes[structure.edges[id]?.target ?? -1]?.op ?? null,
      );
    case "tensor": {
      const tensor = structure.tensors[id];
      const value = tensor?.of ?? id;
      const op = structure.tensors[value]?.op ?? null;
      const shownAlready = scene.items[scene.itemOfOp[op ?? -1] ?? -1]?.output === value;
      return shownAlready ? [] : callsAroundOp(structure, op);
    }
  }
}

function callsAroundOp(structure: Structure, op: number | null): number[] {
  return op === null ? [] : ancestors(structure, structure.ops[op]?.call ?? null);
}

function ancestors(structure: Structure, from: number | null): number[] {
  const around: number[] = [];
  for (let id = from; id !== null; id = structure.calls[id]?.parent ?? null) around.unshift(id);
  return around;
}

/** The part of the world that a spot takes up; null where the stage does not show it. */
export function placeOfSpot(geometry: Geometry, spot: Spot): Rect | null {
  const { scene } = geometry;
  const rects: (Rect | null | undefined)[] = [
    ...[...spot.cards].map((item) => geometry.cards[item]),
    ...[...spot.gradientCards].map((item) => geometry.gradientCards[item]),
  ];
  for (const { index, leaves } of spot.chips.size === 0 ? [] : scene.items) {
    for (const [k, leaf] of leaves.entries()) {
      const gradient = scene.structure.tensors[leaf]?.gradient ?? -1;
      if (spot.chips.has(leaf)) rects.push(geometry.chips[index]?.[k]);
      if (spot.chips.has(gradient)) rects.push(geometry.gradientChips[index]?.[k]);
    }
  }
  return around(rects.filter((rect) => rect != null));
}

/** The smallest rectangle around others; null around none. */
export function around(rects: readonly Rect[]): Rect | null {
  if (rects.length === 0) return null;
  const x = Math.min(...rects.map((rect) => rect.x));
  const y = Math.min(...rects.map((rect) => rect.y));
  const right = Math.max(...rects.map((rect) => rect.x + rect.width));
  const bottom = Math.max(...rects.map((rect) => rect.y + rect.height));
  return { x, y, width: right - x, height: bottom - y };
}

/** A view in which a place can be read; the same one where it can be already. */
export function viewThatReads(view: View, place: Rect, viewport: Viewport): View {
  const { x, y, width, height } = onScreen(view, place);
  const isInside = x >= 0 && y >= 0 && x + width <= viewport.width && y + height <= viewport.height;
  if (isInside && view.scale >= readableScale) return view;
  const all = viewOf(padded(place), viewport).scale;
  const wanted = view.scale >= readableScale ? view.scale : closeScale;
  return centredOn(place, viewport, clampScale(Math.min(wanted, all)));
}

function padded({ x, y, width, height }: Rect): Rect {
  const room = roomAround;
  return { x: x - room, y: y - room, width: width + 2 * room, height: height + 2 * room };
}
