/** What a network gives around its data, as the page holds it. */

import type { Surface, SurfaceAxis } from "../api/types";
import { floatsFromBase64 } from "./floatText";
import { formatNumber, formatShare } from "./format";
import { toNumber } from "./tape";

export interface Plane {
  readonly name: string;
  /** Rows from the lowest y up, each from the lowest x up; over one input a single row. */
  readonly values: Float32Array;
}

export interface FunctionSurface {
  readonly iteration: number;
  readonly reading: Surface["reading"];
  readonly x: SurfaceAxis;
  /** Null where the network has one input. */
  readonly y: SurfaceAxis | null;
  readonly planes: readonly Plane[];
  /** Of the data's targets. */
  readonly targets: Bounds;
  /** How long the session's process worked on it. */
  readonly seconds: number;
}

export interface Bounds {
  readonly low: number;
  readonly high: number;
}

export function decodeSurface(json: Surface): FunctionSurface {
  const numbers = floatsFromBase64(json.values);
  const [x, y] = json.axes;
  if (x === undefined) throw new Error("A surface has at least one axis.");
  const size = x.count * (y?.count ?? 1);
  return {
    iteration: json.iteration,
    reading: json.reading,
    x,
    y: y ?? null,
    planes: json.planes.map((name, at) => ({
      name,
      values: numbers.subarray(at * size, (at + 1) * size),
    })),
    targets: { low: toNumber(json.target_low), high: toNumber(json.target_high) },
    seconds: json.seconds,
  };
}

/** What separates one side of a diverging scale from the other, and how far it goes. */
export interface Divergence {
  readonly middle: number;
  readonly reach: number;
}

/** Probabilities part at one half; other numbers in the middle of the targets. */
export function divergenceOf({ reading, targets }: FunctionSurface): Divergence {
  if (reading !== "numbers") return { middle: 0.5, reach: 0.5 };
  const reach = (targets.high - targets.low) / 2;
  return { middle: (targets.low + targets.high) / 2, reach: reach > 0 ? reach : 1 };
}

/** How much wider the plane of the inputs is than high. */
export function extentRatio({ x, y }: FunctionSurface): number {
  return y === null ? 1 : (x.high - x.low) / (y.high - y.low);
}

export function valueOnAxis(axis: SurfaceAxis, index: number): number {
  return axis.low + ((axis.high - axis.low) * index) / Math.max(1, axis.count - 1);
}

/** The index of the nearest value; null outside of the axis. */
export function nearestOnAxis(axis: SurfaceAxis, value: number): number | null {
  if (!(value >= axis.low && value <= axis.high)) return null;
  const span = axis.high - axis.low;
  return Math.round(((value - axis.low) / span) * (axis.count - 1));
}

/** What the network gives nearest to a point, in words; null outside of the grid. */
export function tellAt(surface: FunctionSurface, x: number, y: number): string | null {
  const column = nearestOnAxis(surface.x, x);
  const row = surface.y === null ? 0 : nearestOnAxis(surface.y, y);
  if (column === null || row === null) return null;
  const at = row * surface.x.count + column;
  const place = [valueOnAxis(surface.x, column)];
  if (surface.y !== null) place.push(valueOnAxis(surface.y, row));
  const inputs = place.map((value) => formatNumber(value, 3)).join(", ");
  const told = surface.planes.map(({ name, values }) => tellNumber(name, values[at] as number));
  return `(${inputs}) → ${told.join(", ")}`;
}

function tellNumber(name: string, value: number): string {
  if (name === "class") return `class ${value}`;
  if (name === "confidence") return `confidence ${formatShare(value)}`;
  const plain = name.endsWith(" 0") ? name.slice(0, -2) : name;
  return `${plain} ${formatNumber(value, 3)}`;
}
