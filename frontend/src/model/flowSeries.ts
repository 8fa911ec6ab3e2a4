/** Numbers of each layer over the iterations: gradient norms, update ratios, shares of units. */

import type { IterationLayers, JsonNumber, Metrics } from "../api/types";
import type { FlowMeasure } from "./flowScale";
import { toNumber } from "./tape";

/** A layer with the parameters whose numbers count together; or one parameter alone. */
export interface FlowRow {
  readonly name: string;
  readonly parameters: readonly string[];
}

/** Stands where an iteration was not measured, or where there is nothing to measure. */
export const ABSENT = -1;

/** One number of each row in each iteration: at least 0, not finite, or ABSENT. */
export interface FlowSeries {
  readonly rows: readonly FlowRow[];
  readonly iterations: readonly number[];
  /** By row, then by iteration. */
  readonly values: readonly Float64Array[];
}

type Columns = Readonly<Record<string, readonly JsonNumber[]>>;

/** `fc1` for `fc1.weight`; a parameter of no module is a layer of its own. */
export function layerOfParameter(parameter: string): string {
  const dot = parameter.lastIndexOf(".");
  return dot < 0 ? parameter : parameter.slice(0, dot);
}

/** Rows in the network's order, which is the order of the parameters. */
export function flowRows(parameters: readonly string[], perParameter: boolean): FlowRow[] {
  if (perParameter) return parameters.map((name) => ({ name, parameters: [name] }));
  const layers = new Map<string, string[]>();
  for (const parameter of parameters) {
    const layer = layerOfParameter(parameter);
    const known = layers.get(layer);
    if (known === undefined) layers.set(layer, [parameter]);
    else known.push(parameter);
  }
  return [...layers].map(([name, own]) => ({ name, parameters: own }));
}

/** The norm over all numbers of some parameters, from the norms of each, by iteration. */
function normTogether(columns: Columns, parameters: readonly string[]): Float64Array {
  const own = parameters.map((name) => columns[name] ?? []);
  const norms = new Float64Array(own[0]?.length ?? 0);
  // Loops, not maps: of a deep network's long run these are a million numbers, eight times a second.
  for (const column of own) {
    for (let at = 0; at < norms.length; at += 1) {
      const norm = column[at] as JsonNumber;
      const value = typeof norm === "number" ? norm : toNumber(norm);
      norms[at] = hypotenuse(norms[at] as number, value);
    }
  }
  return norms;
}

/** √(a² + b²) of numbers from 0 on, without squares that would overflow or become zero. */
function hypotenuse(a: number, b: number): number {
  const greater = Math.max(a, b);
  return greater === 0 ? 0 : greater * Math.sqrt(1 + (Math.min(a, b) / greater) ** 2);
}

/** What a map of this measure is made from. */
export function flowSeries(
  measure: FlowMeasure,
  metrics: Metrics,
  history: readonly IterationLayers[],
  perParameter: boolean,
): FlowSeries {
  switch (measure) {
    case "dead":
      return shareSeries(history, "dead_share");
    case "saturated":
      return shareSeries(history, "saturated_share");
    case "gradient":
      return gradientSeries(metrics, flowRows(Object.keys(metrics.gradient_norm), perParameter));
    case "update":
      return updateSeries(metrics, flowRows(Object.keys(metrics.updates.norm), perParameter));
  }
}

export function gradientSeries(metrics: Metrics, rows: readonly FlowRow[]): FlowSeries {
  const values = rows.map(({ parameters }) => normTogether(metrics.gradient_norm, parameters));
  return { rows, iterations: metrics.iteration, values };
}

/** How far the update moved each row's parameters, beside their size before it. */
export function updateSeries(metrics: Metrics, rows: readonly FlowRow[]): FlowSeries {
  const { iteration: iterations, norm, parameter_norm } = metrics.updates;
  const values = rows.map(({ parameters }) => {
    const updates = normTogether(norm, parameters);
    const sizes = normTogether(parameter_norm, parameters);
    return updates.map((update, at) => ratioOf(update, sizes[at] as number));
  });
  return { rows, iterations, values };
}

/** As the server tells it of one parameter: of nothing, any change is infinite. */
function ratioOf(update: number, size: number): number {
  return update === 0 ? 0 : update / size;
}

export type ShareKind = "dead_share" | "saturated_share";

/** Shares of units over the recorded iterations, of the layers that can have any. */
export function shareSeries(history: readonly IterationLayers[], kind: ShareKind): FlowSeries {
  const latest = history.at(-1)?.layers ?? [];
  const rows = latest
    .filter((layer) => layer[kind] !== null)
    .map(({ name }) => ({ name, parameters: [] }));
  const values = rows.map(({ name }) =>
    Float64Array.from(history, ({ layers }) => {
      const layer = layers.find((each) => each.name === name);
      return layer?.[kind] ?? ABSENT;
    }),
  );
  return { rows, iterations: history.map(({ iteration }) => iteration), values };
}
