/** A map of layers × iterations with no more columns than fit: the greatest of each stays. */

import { ABSENT, type FlowRow, type FlowSeries } from "./flowSeries";

export interface FlowColumn {
  /** The first and the last iteration in it. */
  readonly from: number;
  readonly to: number;
}

/** What a cell holds: a number above zero, exactly zero, NaN or infinity, or nothing. */
export type CellKind = "value" | "zero" | "not-finite" | "absent";

export interface FlowMap {
  readonly rows: readonly FlowRow[];
  readonly columns: readonly FlowColumn[];
  /** Row after row: the greatest number of each cell; not finite if one in it is not. */
  readonly cells: Float64Array;
  /** The iteration that each of them is from. */
  readonly peaks: Int32Array;
}

export function kindOf(value: number): CellKind {
  if (value === ABSENT) return "absent";
  if (!Number.isFinite(value)) return "not-finite";
  return value === 0 ? "zero" : "value";
}

/**
 * The map of a series.
 *
 * Columns hold a power of two of iterations each, so that those of the past stay as they are while
 * a run grows.
 */
export function flowMap(series: FlowSeries, mostColumns: number): FlowMap {
  const { rows, iterations, values } = series;
  const width = columnWidth(iterations.length, mostColumns);
  const count = Math.ceil(iterations.length / width);
  const columns = Array.from({ length: count }, (_, column) => ({
    from: iterations[column * width] as number,
    to: iterations[Math.min(iterations.length, (column + 1) * width) - 1] as number,
  }));
  const cells = new Float64Array(rows.length * count);
  const peaks = new Int32Array(rows.length * count);
  for (const [row, numbers] of values.entries()) {
    for (let column = 0; column < count; column += 1) {
      const at = peakBetween(numbers, column * width, (column + 1) * width);
      cells[row * count + column] = numbers[at] ?? ABSENT;
      peaks[row * count + column] = iterations[at] as number;
    }
  }
  return { rows, columns, cells, peaks };
}

function columnWidth(count: number, mostColumns: number): number {
  let width = 1;
  while (count > width * Math.max(1, mostColumns)) width *= 2;
  return width;
}

/** Where the greatest number stands; the first that is not finite comes before all others. */
function peakBetween(numbers: Float64Array, from: number, to: number): number {
  let peak = from;
  for (let at = from; at < Math.min(to, numbers.length); at += 1) {
    const value = numbers[at] as number;
    if (!Number.isFinite(value)) return at;
    if (value > (numbers[peak] as number)) peak = at;
  }
  return peak;
}

export function cellOf(map: FlowMap, row: number, column: number): number {
  return map.cells[row * map.columns.length + column] ?? ABSENT;
}

/** The iteration that the number of a cell is from. */
export function peakOf(map: FlowMap, row: number, column: number): number {
  return map.peaks[row * map.columns.length + column] ?? 0;
}

/** The column that holds an iteration, or the nearest to it; -1 where there are none. */
export function columnOf(map: FlowMap, iteration: number): number {
  let nearest = -1;
  let least = Infinity;
  for (const [column, { from, to }] of map.columns.entries()) {
    const distance = Math.max(from - iteration, iteration - to, 0);
    if (distance < least) [nearest, least] = [column, distance];
  }
  return nearest;
}

/** Kinds of cells that a legend has to explain. */
export function kindsIn(map: FlowMap): Set<CellKind> {
  const kinds = new Set<CellKind>();
  for (const value of map.cells) kinds.add(kindOf(value));
  return kinds;
}

/** Powers of ten that all numbers of a map lie between; at least one decade. */
export function decadesIn(map: FlowMap): { from: number; to: number } {
  let [least, greatest] = [Infinity, 0];
  for (const value of map.cells) {
    if (kindOf(value) !== "value") continue;
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  if (greatest === 0) return { from: -1, to: 0 };
  const from = Math.floor(Math.log10(least));
  return { from, to: Math.max(from + 1, Math.ceil(Math.log10(greatest))) };
}

export interface FlowTick {
  readonly column: number;
  readonly iteration: number;
}

/** Columns to be labelled, about so many: those in which a round number of iterations is passed. */
export function ticksOf({ columns }: FlowMap, about: number): FlowTick[] {
  const [first, last] = [columns[0], columns.at(-1)];
  if (first === undefined || last === undefined) return [];
  const step = roundStep((last.to - first.from) / Math.max(1, about));
  let passed = -1;
  return columns.flatMap(({ from, to }, column) => {
    const whole = Math.floor(to / step);
    if (whole === passed) return [];
    passed = whole;
    return [{ column, iteration: Math.max(from, whole * step) }];
  });
}

/** 1, 2 or 5 times a power of ten, at least this. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, least)));
  return power * ([1, 2, 5].find((each) => each * power >= least) ?? 10);
}
