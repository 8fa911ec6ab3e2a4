/** Everything that a painter needs to know to paint one moment of a tape. */

import type { Tape } from "../../model/tape";
import type { Colors } from "../canvas/colors";
import type { Geometry, Rect } from "../layout/geometry";
import type { FarNumbers } from "../numbers/farNumbers";
import type { NumberPointer } from "../numbers/numberPointer";
import type { Spot } from "../pointing/locate";
import { boundsOfPath, polylineOf, type Polyline } from "../scene/paths";
import type { Shading } from "../canvas/shading";
import type { Timing } from "../flow/timing";

export interface Picture {
  readonly tape: Tape;
  readonly geometry: Geometry;
  readonly timing: Timing;
  readonly edges: EdgeShapes;
  readonly playhead: number;
  /** What is selected, and what lies next to it. */
  readonly spot: Spot;
  readonly around: Spot;
  /** What the selection influences, and the way of its gradient; null: nothing is traced. */
  readonly traced: Spot | null;
  /** The colours of cards; null: their own. */
  readonly shading: Shading | null;
  /** Where the shared weight is used that is pointed at, or selected. */
  readonly users: Spot;
  /** Tensors that an edit has just changed. */
  readonly changed: ReadonlySet<number>;
  readonly pointer: NumberPointer;
  readonly far: FarNumbers;
  readonly colors: Colors;
}

/** What follows from the geometry and is needed at every repaint. */
export interface EdgeShapes {
  readonly forwardBounds: readonly Rect[];
  readonly backwardBounds: readonly Rect[];
  /** For each item the number of gradients that arrive for its output: a sum from two on. */
  readonly arrivals: Int32Array;
}

export function shapeEdges(geometry: Geometry): EdgeShapes {
  return {
    forwardBounds: geometry.forwardPaths.map(boundsOfPath),
    backwardBounds: geometry.backwardPaths.map(boundsOfPath),
    arrivals: countArrivals(geometry),
  };
}

function countArrivals({ scene }: Geometry): Int32Array {
  const byTensor = new Int32Array(scene.structure.tensors.length);
  for (const edge of scene.structure.edges) {
    if (edge.of !== null && edge.tensor !== null) byTensor[edge.of] = (byTensor[edge.of] ?? 0) + 1;
  }
  return Int32Array.from(scene.items, (item) =>
    item.output === null ? 0 : (byTensor[item.output] as number),
  );
}

/** The edge within reach of a point of the world, the nearest if several are. */
export function edgeAt(
  geometry: Geometry,
  shapes: EdgeShapes,
  x: number,
  y: number,
  reach: number,
): { half: "forward" | "backward"; index: number } | null {
  let best: { half: "forward" | "backward"; index: number } | null = null;
  let nearest = reach;
  const tryHalf = (half: "forward" | "backward"): void => {
    const bounds = half === "forward" ? shapes.forwardBounds : shapes.backwardBounds;
    const paths = half === "forward" ? geometry.forwardPaths : geometry.backwardPaths;
    for (const [index, box] of bounds.entries()) {
      const near = x > box.x - reach && x < box.x + box.width + reach;
      if (!near || y < box.y - reach || y > box.y + box.height + reach) continue;
      const path = paths[index];
      const line: Polyline | null =
        path === undefined ? null : polylineOf(path, geometry.orientation);
      const distance = line?.distanceTo(x, y) ?? Infinity;
      if (distance < nearest) [best, nearest] = [{ half, index }, distance];
    }
  };
  tryHalf("forward");
  tryHalf("backward");
  return best;
}

/** The card, painted as a block, under a point of the world. */
export function blockAt(
  { cards, gradientCards }: Geometry,
  x: number,
  y: number,
): { half: "forward" | "backward"; item: number } | null {
  const find = (rects: readonly Rect[]): number => rects.findIndex((rect) => contains(rect, x, y));
  const card = find(cards);
  if (card >= 0) return { half: "forward", item: card };
  const gradient = find(gradientCards);
  return gradient < 0 ? null : { half: "backward", item: gradient };
}

function contains(rect: Rect, x: number, y: number): boolean {
  return x >= rect.x && y >= rect.y && x <= rect.x + rect.width && y <= rect.y + rect.height;
}
