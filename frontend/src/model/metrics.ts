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
    names.map((name) => [name, [...(before[name] ?? []).slice(0, kept), ...(added[name] ?? [])]]),
  );
}

function cut(columns: Record<string, JsonNumber[]>, rows: number): Record<string, JsonNumber[]> {
  return Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [name, column.slice(0, rows)]),
  );
}

/** New rows after the old ones; old rows from the first new iteration on are overwritten. */
export function appendMetrics(before: Metrics, added: Metrics): Metrics {
  const first = added.iteration[0];
  if (first === undefined) return before;
  const kept = metricsBefore(before, first);
  const rows = kept.iteration.length;
  return {
    iteration: [...kept.iteration, ...added.iteration],
    loss: [...kept.loss, ...added.loss],
    learning_rate: [...kept.learning_rate, ...added.learning_rate],
    accuracy: [...kept.accuracy, ...added.accuracy],
    gradient_norm: joinColumns(rows, kept.gradient_norm, added.gradient_norm),
    parameter_norm: joinColumns(rows, kept.parameter_norm, added.parameter_norm),
    updates: joinUpdates(kept.updates, added.updates),
    validation: {
      iteration: [...kept.validation.iteration, ...added.validation.iteration],
      loss: [...kept.validation.loss, ...added.validation.loss],
      accuracy: [...kept.validation.accuracy, ...added.validation.accuracy],
    },
  };
}

function joinUpdates(kept: Metrics["updates"], added: Metrics["updates"]): Metrics["updates"] {
  const rows = kept.iteration.length;
  return {
    iteration: [...kept.iteration, ...added.iteration],
    norm: joinColumns(rows, kept.norm, added.norm),
    ratio: joinColumns(rows, kept.ratio, added.ratio),
  };
}

/** Only the rows before `iteration`: after a seek, what comes then is trained anew. */
export function metricsBefore(metrics: Metrics, iteration: number): Metrics {
  const { updates, validation } = metrics;
  const kept = rowsBefore(metrics.iteration, iteration);
  const updated = rowsBefore(updates.iteration, iteration);
  const validated = rowsBefore(validation.iteration, iteration);
  return {
    iteration: metrics.iteration.slice(0, kept),
    loss: metrics.loss.slice(0, kept),
    learning_rate: metrics.learning_rate.slice(0, kept),
    accuracy: metrics.accuracy.slice(0, kept),
    gradient_norm: cut(metrics.gradient_norm, kept),
    parameter_norm: cut(metrics.parameter_norm, kept),
    updates: {
      iteration: updates.iteration.slice(0, updated),
      norm: cut(updates.norm, updated),
      ratio: cut(updates.ratio, updated),
    },
    validation: {
      iteration: validation.iteration.slice(0, validated),
      loss: validation.loss.slice(0, validated),
      accuracy: validation.accuracy.slice(0, validated),
    },
  };
}

export const NO_METRICS: Metrics = {
  iteration: [],
  loss: [],
  learning_rate: [],
  accuracy: [],
  gradient_norm: {},
  parameter_norm: {},
  updates: { iteration: [], norm: {}, ratio: {} },
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
