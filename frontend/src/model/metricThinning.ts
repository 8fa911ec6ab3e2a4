/** Metrics of long runs in bounded memory: rows go, the extreme ones last. */

import type { JsonNumber, Metrics } from "../api/types";
import { cutMetrics, type Cut } from "./metrics";
import { toNumber } from "./tape";

/** Numbers in each of the three tables; 4 MB, and more than a chart has room for. */
const MOST_VALUES = 500_000;
/** Of each such stretch, at most four rows stay: the table shrinks by half or more. */
const ROWS_OF_A_STRETCH = 8;

/** The same metrics; of tables that have grown too large, half of the rows or fewer. */
export function boundMetrics(metrics: Metrics, mostValues = MOST_VALUES): Metrics {
  const { updates, validation } = metrics;
  const gradients = Object.values(metrics.gradient_norm);
  const ratios = Object.values(updates.ratio);
  const cuts = {
    dense: cutFor(metrics.loss, gradients, 2 * gradients.length + 4, mostValues),
    updates: cutFor(total(Object.values(updates.norm)), ratios, 2 * ratios.length + 1, mostValues),
    validation: cutFor(validation.loss, [validation.accuracy], 3, mostValues),
  };
  const areAll = Object.values(cuts).every((cut) => cut === keepAll);
  return areAll ? metrics : cutMetrics(metrics, cuts);
}

const keepAll: Cut = (column) => [...column];

/**
 * Which rows of a table stay.
 *
 * Args:
 *   leading: a column whose extremes are kept.
 *   others: columns of whose sum the extremes are kept.
 *   width: how many columns the table has.
 */
function cutFor(
  leading: readonly JsonNumber[],
  others: readonly (readonly JsonNumber[])[],
  width: number,
  mostValues: number,
): Cut {
  if (leading.length * width <= mostValues) return keepAll;
  const rows = extremeRows([leading.map(toNumber), total(others)], leading.length);
  return <T>(column: readonly T[]) => rows.flatMap((row) => column[row] ?? []);
}

function total(columns: readonly (readonly JsonNumber[])[]): number[] {
  const sums = new Array<number>(columns[0]?.length ?? 0).fill(0);
  for (const column of columns) {
    for (const row of sums.keys()) sums[row] = (sums[row] as number) + toNumber(column[row] ?? 0);
  }
  return sums;
}

/** Of each stretch the rows where one of these columns is lowest or highest, rising. */
function extremeRows(columns: readonly (readonly number[])[], count: number): number[] {
  const kept = new Set([count - 1]);
  for (let from = 0; from < count; from += ROWS_OF_A_STRETCH) {
    for (const column of columns) {
      let [lowest, highest] = [from, from];
      for (let row = from; row < Math.min(from + ROWS_OF_A_STRETCH, count); row += 1) {
        if (height(column, row) < height(column, lowest)) lowest = row;
        if (height(column, row) > height(column, highest)) highest = row;
      }
      kept.add(lowest).add(highest);
    }
  }
  return [...kept].sort((left, right) => left - right);
}

/** NaN is as bad as infinity: the first of them in a stretch is its highest. */
function height(column: readonly number[], row: number): number {
  const value = column[row] ?? 0;
  return Number.isNaN(value) ? Infinity : value;
}
