/** A landscape as a surface in space, seen from the side: where its corners lie on the picture. */

import { heightOf, type LandscapeGrid } from "./landscape";
import type { Pixel, Room } from "./plotArea";

/** Where one looks from, in radians: around the upright axis, and up from the horizon. */
export interface View {
  readonly turn: number;
  readonly tilt: number;
}

export const USUAL_VIEW: View = { turn: -0.6, tilt: 0.52 };
const LOWEST_TILT = 0.1;
const HIGHEST_TILT = 1.5;
/** Of the base's side: how high the highest loss stands. */
const RISE = 0.7;
/** Of the room: what the widest part of the surface takes. */
const FILL = 0.98;

export interface Corner extends Pixel {
  /** Toward the eye. */
  readonly depth: number;
}

export function turned(view: View, turn: number, tilt: number): View {
  const bounded = Math.max(LOWEST_TILT, Math.min(HIGHEST_TILT, view.tilt + tilt));
  return { turn: view.turn + turn, tilt: bounded };
}

/** Places points of a unit cube (x and y from −½ to ½, height from 0 to 1) in a room. */
export function projection(view: View, room: Room): (x: number, y: number, h: number) => Corner {
  const [cosTurn, sinTurn] = [Math.cos(view.turn), Math.sin(view.turn)];
  const [cosTilt, sinTilt] = [Math.cos(view.tilt), Math.sin(view.tilt)];
  // How wide the square base is, seen from here.
  const across = Math.abs(cosTurn) + Math.abs(sinTurn);
  const upright = across * sinTilt + RISE * cosTilt;
  const unit = FILL * Math.min(room.width / across, room.height / upright);
  return (x, y, h) => {
    const right = x * cosTurn - y * sinTurn;
    const away = x * sinTurn + y * cosTurn;
    const up = away * sinTilt + (h - 0.5) * RISE * cosTilt;
    return {
      left: room.width / 2 + right * unit,
      top: room.height / 2 - up * unit,
      depth: -away * cosTilt + h * RISE * sinTilt,
    };
  };
}

/** One cell of the grid between four corners. */
export interface Facet {
  readonly corners: readonly [Corner, Corner, Corner, Corner];
  /** Of its middle, between the lowest loss (0) and the highest (1). */
  readonly height: number;
  /** How much light falls on it, 0 to 1: slopes are told from plains. */
  readonly light: number;
}

/** All facets from the farthest to the nearest; those with a loss that is not finite are holes. */
export function facetsOf(
  grid: LandscapeGrid,
  view: View,
  room: Room,
  logarithmic: boolean,
): Facet[] {
  const { side } = grid;
  const place = projection(view, room);
  const heights = grid.losses.map((loss) => heightOf(grid, loss, logarithmic));
  const corners = Array.from(heights, (height, at) =>
    place((at % side) / (side - 1) - 0.5, Math.floor(at / side) / (side - 1) - 0.5, height),
  );
  const facets: Facet[] = [];
  for (let row = 0; row < side - 1; row++) {
    for (let column = 0; column < side - 1; column++) {
      const at = row * side + column;
      const around = [at, at + 1, at + side + 1, at + side] as const;
      const [a, b, c, d] = around.map((each) => heights[each] as number) as Four<number>;
      if (!Number.isFinite(a + b + c + d)) continue;
      const slope = [(b + c - a - d) / 2, (c + d - a - b) / 2] as const;
      facets.push({
        corners: around.map((each) => corners[each] as Corner) as Four<Corner>,
        height: (a + b + c + d) / 4,
        light: lightOn(slope[0] * (side - 1) * RISE, slope[1] * (side - 1) * RISE),
      });
    }
  }
  return facets.sort((one, other) => depthOf(one) - depthOf(other));
}

type Four<Value> = [Value, Value, Value, Value];

function depthOf({ corners }: Facet): number {
  return corners.reduce((sum, { depth }) => sum + depth, 0);
}

/** Of a lamp that stands up to the left, on a facet with these slopes along x and y. */
function lightOn(alongX: number, alongY: number): number {
  const [x, y, z] = [-0.45, 0.35, 0.82];
  const normal = Math.hypot(alongX, alongY, 1);
  return Math.max(0, (-alongX * x - alongY * y + z) / normal);
}
