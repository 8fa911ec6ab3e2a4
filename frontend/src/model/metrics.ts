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

/** New rows after the old ones; old rows from the first new iteration on are overwritten. */
export function appendMetrics(before: Metrics, added: Metrics): Metrics {
  const first = added.iteration[0];
  if (first === undefined) return before;
  const kept = rowsBefore(before.iteration, first);
  return {
    iteration: [...before.iteration.slice(0, kept), ...added.iteration],
    loss: [...before.loss.slice(0, kept), ...added.loss],
    learning_rate: [...before.learning_rate.slice(0, kept), ...added.learning_rate],
    gradient_norm: joinColumns(kept, before.gradient_norm, added.gradient_norm),
    parameter_norm: joinColumns(kept, before.parameter_norm, added.parameter_norm),
  };
}

/** Only the rows before `iteration`: after a seek, what comes then is trained anew. */
export function metricsBefore(metrics: Metrics, iteration: number): Metrics {
  const kept = rowsBefore(metrics.iteration, iteration);
  const cut = (columns: Record<string, JsonNumber[]>) =>
    Object.fromEntries(Object.entries(columns).map(([name, rows]) => [name, rows.slice(0, kept)]));
  return {
    iteration: metrics.iteration.slice(0, kept),
    loss: metrics.loss.slice(0, kept),
    learning_rate: metrics.learning_rate.slice(0, kept),
    gradient_norm: cut(metrics.gradient_norm),
    parameter_norm: cut(metrics.parameter_norm),
  };
}

export const NO_METRICS: Metrics = {
  iteration: [],
  loss: [],
  learning_rate: [],
  gradient_norm: {},
  parameter_norm: {},
};

/** The entry of a rising list that lies nearest; null if the list is empty. */
export function nearest(rising: readonly number[], wanted: number): number | null {
  let best: number | null = null;
  for (const each of rising) {
    if (best === null || Math.abs(each - wanted) < Math.abs(best - wanted)) best = each;
  }
  return best;
}
