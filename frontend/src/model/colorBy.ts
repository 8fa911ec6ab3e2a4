/** What cards can be coloured by, how much of it each tensor has, and the scale that it lies on. */

import { formatCount, formatNumber, formatShare } from "./format";
import { formatDuration } from "./opTimes";
import { statisticsOf, tensorOf, type Tape } from "./tape";

export type ColorBy =
  "mean" | "sparsity" | "gradient" | "ratio" | "memory" | "time" | "dtype" | "device";
/** What a tensor alone tells. */
export type TensorColorBy = Exclude<ColorBy, "time">;

export interface Coloring {
  readonly by: ColorBy;
  readonly title: string;
  /** Which cards wear the colour: those of values, those of gradients, or both. */
  readonly of: "value" | "gradient" | "both";
}

export const colorings: readonly Coloring[] = [
  { by: "mean", title: "value mean", of: "value" },
  { by: "sparsity", title: "share of zeros", of: "value" },
  { by: "gradient", title: "gradient norm", of: "gradient" },
  { by: "ratio", title: "gradient ÷ value", of: "gradient" },
  { by: "memory", title: "memory", of: "both" },
  { by: "time", title: "time spent", of: "both" },
  { by: "dtype", title: "dtype", of: "both" },
  { by: "device", title: "device", of: "both" },
];

export type Measurement =
  | { kind: "number"; value: number }
  | { kind: "category"; name: string }
  | { kind: "zero" }
  | { kind: "not-finite" }
  /** There is no such number: no gradient, or nothing kept. */
  | { kind: "none" };

const none: Measurement = { kind: "none" };

/** Bytes of one number of each dtype that is not named after its bits. */
const bytesOfOthers: Record<string, number> = { bool: 1, complex64: 8, complex128: 16 };

/** Bytes that a tensor of this shape and dtype takes up if nothing is shared. */
export function bytesOf(shape: readonly number[], dtype: string): number {
  const bits = /\d+$/.exec(dtype)?.[0];
  const each = bytesOfOthers[dtype] ?? Number(bits ?? 32) / 8;
  return shape.reduce((product, size) => product * size, each);
}

/** How much of it a tensor has. For what is of gradients, `tensor` is the value that they are of. */
export function measure(tape: Tape, by: TensorColorBy, tensor: number): Measurement {
  switch (by) {
    case "mean":
      return numberOf(statisticsOf(tape, tensor)?.mean);
    case "sparsity":
      return numberOf(statisticsOf(tape, tensor)?.zero_share);
    case "gradient":
    case "ratio":
      return measureGradient(tape, by, tensor);
    case "memory": {
      const { shape, dtype } = tensorOf(tape.structure, tensor);
      return { kind: "number", value: bytesOf(shape, dtype) };
    }
    case "dtype":
    case "device":
      return { kind: "category", name: tensorOf(tape.structure, tensor)[by] };
  }
}

function numberOf(value: number | undefined): Measurement {
  if (value === undefined) return none;
  return Number.isFinite(value) ? { kind: "number", value } : { kind: "not-finite" };
}

function measureGradient(tape: Tape, by: "gradient" | "ratio", tensor: number): Measurement {
  const gradient = tensorOf(tape.structure, tensor).gradient ?? null;
  const statistics = gradient === null ? null : statisticsOf(tape, gradient);
  if (statistics === null) return none;
  if (statistics.non_finite > 0) return { kind: "not-finite" };
  if (statistics.l2_norm === 0) return { kind: "zero" };
  if (by === "gradient") return { kind: "number", value: statistics.l2_norm };
  const value = statisticsOf(tape, tensor);
  return value === null ? none : numberOf(statistics.l2_norm / value.l2_norm);
}

export type ColorScale =
  /** From -limit to limit; zero in the middle. */
  | { readonly kind: "diverging"; readonly limit: number }
  | { readonly kind: "linear" | "log"; readonly from: number; readonly to: number }
  | { readonly kind: "categories"; readonly names: readonly string[] };

/** The scale that all of these measurements lie on. */
export function scaleOf(by: ColorBy, measurements: readonly Measurement[]): ColorScale {
  const names = new Set<string>();
  let [least, greatest] = [Infinity, -Infinity];
  for (const each of measurements) {
    if (each.kind === "category") names.add(each.name);
    if (each.kind !== "number") continue;
    least = Math.min(least, each.value);
    greatest = Math.max(greatest, each.value);
  }
  switch (by) {
    case "dtype":
    case "device":
      return { kind: "categories", names: [...names].sort() };
    case "sparsity":
      return { kind: "linear", from: 0, to: 1 };
    case "mean":
      return { kind: "diverging", limit: Math.max(Math.abs(least), Math.abs(greatest)) };
    case "gradient":
    case "ratio":
    case "memory":
    case "time":
      return { kind: "log", from: least, to: greatest };
  }
}

/** Where a number lies on its scale: 0 at one end, 1 at the other; in the middle of a single one. */
export function shareOn(scale: ColorScale, value: number): number {
  switch (scale.kind) {
    case "categories":
      return 0;
    case "diverging":
      return scale.limit === 0 ? 0.5 : (value / scale.limit + 1) / 2;
    case "linear":
      return shareBetween(scale.from, scale.to, value);
    case "log":
      return shareBetween(Math.log(scale.from), Math.log(scale.to), Math.log(value));
  }
}

function shareBetween(from: number, to: number, value: number): number {
  return from === to ? 0.5 : Math.min(1, Math.max(0, (value - from) / (to - from)));
}

/** The numbers at both ends of a scale; null where there are none to show. */
export function endsOf(scale: ColorScale): readonly [number, number] | null {
  switch (scale.kind) {
    case "categories":
      return null;
    case "diverging":
      return Number.isFinite(scale.limit) ? [-scale.limit, scale.limit] : null;
    case "linear":
    case "log":
      return Number.isFinite(scale.from) ? [scale.from, scale.to] : null;
  }
}

/** A measured number as cards and legends write it. */
export function formatMeasured(by: ColorBy, value: number): string {
  switch (by) {
    case "sparsity":
      return formatShare(value);
    case "memory":
      return formatBytes(value);
    case "time":
      return formatDuration(value);
    default:
      return formatNumber(value, 3);
  }
}

function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB"];
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < units.length - 1) [value, unit] = [value / 1024, unit + 1];
  const text = unit === 0 ? formatCount(value) : String(Number(value.toFixed(1)));
  return `${text} ${units[unit] ?? ""}`;
}

/** What a card wears in words. */
export function measuredInWords(by: ColorBy, measured: Measurement): string {
  switch (measured.kind) {
    case "number":
      return formatMeasured(by, measured.value);
    case "category":
      return measured.name;
    case "zero":
      return "0";
    case "not-finite":
      return "NaN";
    case "none":
      return "none";
  }
}
