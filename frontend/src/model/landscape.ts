/** A loss landscape as the page holds it: heights on a grid, contour levels, and the path. */

import type { Landscape } from "../api/types";
import { formatNumber } from "./format";
import type { Bounds } from "./functionSurface";
import { toNumber } from "./tape";

export interface LandscapeGrid {
  readonly side: number;
  /** The loss, row by row from the lowest y up; NaN where it is not finite. */
  readonly losses: Float64Array;
  readonly x: GridAxis;
  readonly y: GridAxis;
  /** Of the finite losses. */
  readonly bounds: Bounds;
  /** Whether there are losses that are not finite. */
  readonly hasHoles: boolean;
  readonly path: readonly PathPoint[];
}

export interface GridAxis extends Bounds {
  readonly name: string;
}

export interface PathPoint {
  readonly iteration: number;
  readonly x: number;
  readonly y: number;
  /** How far the parameters lie from the plane. */
  readonly distance: number;
}

export function toGrid(told: Landscape): LandscapeGrid {
  const side = told.losses.length;
  const losses = Float64Array.from(told.losses.flat(), (each) => finiteOrNaN(toNumber(each)));
  const finite = losses.filter(Number.isFinite);
  const x = axisOf(told.x);
  const y = axisOf(told.y);
  return {
    side,
    losses,
    x,
    y,
    bounds: {
      low: finite.reduce((least, each) => Math.min(least, each), Infinity),
      high: finite.reduce((most, each) => Math.max(most, each), -Infinity),
    },
    hasHoles: finite.length < losses.length,
    path: told.path.map((point) => ({
      iteration: point.iteration,
      x: toNumber(told.x.middle) + toNumber(point.x),
      y: toNumber(told.y.middle) + toNumber(point.y),
      distance: toNumber(point.distance),
    })),
  };
}

function finiteOrNaN(value: number): number {
  return Number.isFinite(value) ? value : NaN;
}

function axisOf({ name, middle, offsets }: Landscape["x"]): GridAxis {
  const at = (index: number): number => toNumber(middle) + toNumber(offsets.at(index) ?? 0);
  return { name, low: at(0), high: at(-1) };
}

/** Where a loss stands between the lowest (0) and the highest (1), by its logarithm if asked. */
export function heightOf({ bounds }: LandscapeGrid, loss: number, logarithmic: boolean): number {
  const { low, high } = bounds;
  if (!(high > low)) return 0;
  if (!logarithmic) return (loss - low) / (high - low);
  // Counted from the lowest point, so that losses of zero and below have a place too.
  const unit = (high - low) * SMALLEST_RISE;
  return Math.log1p((loss - low) / unit) / Math.log1p(1 / SMALLEST_RISE);
}

/** Of the whole rise: what is still told apart above the lowest point. */
const SMALLEST_RISE = 1e-3;

/** The loss at a height; the inverse of `heightOf`. */
export function lossAt({ bounds }: LandscapeGrid, height: number, logarithmic: boolean): number {
  const { low, high } = bounds;
  if (!logarithmic) return low + height * (high - low);
  const unit = (high - low) * SMALLEST_RISE;
  return low + unit * Math.expm1(height * Math.log1p(1 / SMALLEST_RISE));
}

/** Losses that contour lines are drawn at, evenly spaced in height. */
export function contourLevels(grid: LandscapeGrid, count: number, logarithmic: boolean): number[] {
  return Array.from({ length: count }, (_, at) =>
    lossAt(grid, (at + 1) / (count + 1), logarithmic),
  );
}

/** Column and row of a point, as fractions; the first cell's middle is 0. */
export function cellOf(grid: LandscapeGrid, x: number, y: number): { column: number; row: number } {
  const along = (value: number, { low, high }: Bounds): number =>
    ((value - low) / (high - low || 1)) * (grid.side - 1);
  return { column: along(x, grid.x), row: along(y, grid.y) };
}

/** The loss at a point between cells, bilinear; null outside of the grid. */
export function lossNear(grid: LandscapeGrid, x: number, y: number): number | null {
  const { column, row } = cellOf(grid, x, y);
  const last = grid.side - 1;
  if (!(column >= 0 && row >= 0 && column <= last && row <= last)) return null;
  const [left, bottom] = [
    Math.min(last - 1, Math.floor(column)),
    Math.min(last - 1, Math.floor(row)),
  ];
  const at = (dy: number, dx: number): number =>
    grid.losses[(bottom + dy) * grid.side + left + dx] as number;
  const [dx, dy] = [column - left, row - bottom];
  const lower = at(0, 0) * (1 - dx) + at(0, 1) * dx;
  const upper = at(1, 0) * (1 - dx) + at(1, 1) * dx;
  return lower * (1 - dy) + upper * dy;
}

/** What a point of the plane is, in words. */
export function tellPlace(grid: LandscapeGrid, x: number, y: number): string {
  const loss = lossNear(grid, x, y);
  if (loss === null) return "";
  return `(${formatNumber(x, 3)}, ${formatNumber(y, 3)}) → loss ${formatNumber(loss)}`;
}

/** The place in a path that a key leads to; null for keys that lead nowhere. */
export function besideStep(at: number, length: number, key: string): number | null {
  const last = length - 1;
  if (last < 0) return null;
  switch (key) {
    case "ArrowRight":
    case "ArrowUp":
      return Math.min(last, at + 1);
    case "ArrowLeft":
    case "ArrowDown":
      return Math.max(0, at - 1);
    case "Home":
      return 0;
    case "End":
      return last;
    default:
      return null;
  }
}

/** What a point of the path is, in words. */
export function tellStep({ iteration, distance }: PathPoint): string {
  const apart = distance > 0 ? ` · ${formatNumber(distance, 3)} from this plane` : "";
  return `iteration ${iteration}${apart}`;
}
