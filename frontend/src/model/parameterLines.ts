/** One line per parameter: of the metric that is drawn, or else the norms of the gradients. */

import type { Metrics } from "../api/types";
import { layerColors } from "./chartLines";
import { metricKind, type MetricKind } from "./metricKinds";
import { toNumber } from "./tape";

export interface ParameterLine {
  parameter: string;
  values: number[];
  last: number;
  /** A theme's property, as in the chart where it is drawn there: `--curve-1`. */
  color: string;
}

/** What the lines are of, where a chart shows this kind. */
export function parameterKind(drawn: MetricKind): MetricKind {
  return drawn.perParameter ? drawn : metricKind("gradient_flow");
}

/** In the order in which the server tells them. */
export function parameterLines(metrics: Metrics, drawn: MetricKind): ParameterLine[] {
  const series = parameterKind(drawn).series(metrics);
  const colorOf = layerColors(series.map(({ name }) => name));
  return series.map(({ name, values: column }) => {
    const values = column.map(toNumber);
    const color = drawn.perParameter ? colorOf(name) : "--backward";
    return { parameter: name, values, last: values.at(-1) ?? NaN, color };
  });
}
