/** Columns of metrics and how they grow. */

import type { JsonNumber, Metrics } from "../api/types";

/** How many leading rows lie before `iteration`. Iterations rise. */
export function rowsBefore(iterations: readonly number[], iteration: number): number {
  let low = 0;
  let high = iterations.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((iterations[middle] as number) < iteration) low = middle + 1;
    else high = middle;
  }
  return low;
}

function joinColumns(
  kept: number,
  before: Record<string, JsonNumber[]>,
  added: Record<string, JsonNumber[]>,
): Record<string, JsonNumber[]> {
  const names = Object.keys(Object.keys(added).length > 0 ? added : before);
  return Object.fromEntries(
    names.map((name) => [name, (before[name] ?? []).slice(0, kept).concat(added[name] ?? [])]),
  );
}

function cutNamed(columns: Record<string, JsonNumber[]>, cut: Cut): Record<string, JsonNumber[]> {
  return Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, cut(column)]));
}

/** New rows after the old ones; old rows from the first new iteration on are overwritten. */
export function appendMetrics(before: Metrics, added: Metrics): Metrics {
  const first = added.iteration[0];
  if (first === undefined) return before;
  const kept = metricsBefore(before, first);
  const rows = kept.iteration.length;
  return {
    iteration: kept.iteration.concat(added.iteration),
    loss: kept.loss.concat(added.loss),
    learning_rate: kept.learning_rate.concat(added.learning_rate),
    accuracy: kept.accuracy.concat(added.accuracy),
    gradient_norm: joinColumns(rows, kept.gradient_norm, added.gradient_norm),
    updates: joinUpdates(kept.updates, added.updates),
    validation: {
      iteration: kept.validation.iteration.concat(added.validation.iteration),
      loss: kept.validation.loss.concat(added.validation.loss),
      accuracy: kept.validation.accuracy.concat(added.validation.accuracy),
    },
  };
}

function joinUpdates(kept: Metrics["updates"], added: Metrics["updates"]): Metrics["updates"] {
  const rows = kept.iteration.length;
  return {
    iteration: kept.iteration.concat(added.iteration),
    norm: joinColumns(rows, kept.norm, added.norm),
    parameter_norm: joinColumns(rows, kept.parameter_norm, added.parameter_norm),
    ratio: joinColumns(rows, kept.ratio, added.ratio),
  };
}

/** Only the rows before `iteration`: after a seek, what comes then is trained anew. */
export function metricsBefore(metrics: Metrics, iteration: number): Metrics {
  const before = (iterations: readonly number[]): Cut => {
    const rows = rowsBefore(iterations, iteration);
    return (column) => column.slice(0, rows);
  };
  return cutMetrics(metrics, {
    dense: before(metrics.iteration),
    updates: before(metrics.updates.iteration),
    validation: before(metrics.validation.iteration),
  });
}

/** Takes some rows of a column. */
export type Cut = <T>(column: readonly T[]) => T[];
/** For each of the three lists of iterations. */
export type RowCuts = Record<"dense" | "updates" | "validation", Cut>;

/** The same columns with fewer rows. */
export function cutMetrics(metrics: Metrics, cuts: RowCuts): Metrics {
  const { updates, validation } = metrics;
  return {
    iteration: cuts.dense(metrics.iteration),
    loss: cuts.dense(metrics.loss),
    learning_rate: cuts.dense(metrics.learning_rate),
    accuracy: cuts.dense(metrics.accuracy),
    gradient_norm: cutNamed(metrics.gradient_norm, cuts.dense),
    updates: {
      iteration: cuts.updates(updates.iteration),
      norm: cutNamed(updates.norm, cuts.updates),
      parameter_norm: cutNamed(updates.parameter_norm, cuts.updates),
      ratio: cutNamed(updates.ratio, cuts.updates),
    },
    validation: {
      iteration: cuts.validation(validation.iteration),
      loss: cuts.validation(validation.loss),
      accuracy: cuts.validation(validation.accuracy),
    },
  };
}

export const NO_METRICS: Metrics = {
  iteration: [],
  loss: [],
  learning_rate: [],
  accuracy: [],
  gradient_norm: {},
  updates: { iteration: [], norm: {}, parameter_norm: {}, ratio: {} },
  validation: { iteration: [], loss: [], accuracy: [] },
};

/** The entry of a rising list that lies nearest; null if the list is empty. */
export function nearest(rising: readonly number[], wanted: number): number | null {
  let best: number | null = null;
  for (const each of rising) {
    if (best === null || Math.abs(each - wanted) < Math.abs(best - wanted)) best = each;
  }
  return best;
}
