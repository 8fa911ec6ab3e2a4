/** What can be drawn over the iterations. Each has the name of the server's figure of it. */

import type { JsonNumber, Metrics } from "../api/types";

export type MetricKey =
  | "loss"
  | "accuracy"
  | "learning_rate"
  | "gradient_flow"
  | "parameters"
  | "updates"
  | "update_ratio";

/** One column of the metrics, with the iterations it was measured at. */
export interface Series {
  name: string;
  iteration: readonly number[];
  values: readonly JsonNumber[];
}

export interface MetricKind {
  key: MetricKey;
  title: string;
  /** One number in words: `loss`, `norm of the gradient`. */
  unit: string;
  /** A series for each parameter, on a log axis: norms differ by orders of magnitude. */
  perParameter: boolean;
  series: (metrics: Metrics) => Series[];
}

function byParameter(
  iteration: readonly number[],
  columns: Record<string, readonly JsonNumber[]>,
): Series[] {
  return Object.entries(columns).map(([name, values]) => ({ name, iteration, values }));
}

/** On the batch, and on the samples that are set aside. */
function measuredTwice(metrics: Metrics, column: "loss" | "accuracy"): Series[] {
  const { iteration, validation } = metrics;
  return [
    { name: "training", iteration, values: metrics[column] },
    { name: "validation", iteration: validation.iteration, values: validation[column] },
  ].filter(({ values }) => values.length > 0);
}

export const METRIC_KINDS: readonly MetricKind[] = [
  {
    key: "loss",
    title: "Loss",
    unit: "loss",
    perParameter: false,
    series: (metrics) => measuredTwice(metrics, "loss"),
  },
  {
    key: "accuracy",
    title: "Accuracy",
    unit: "accuracy",
    perParameter: false,
    series: (metrics) => measuredTwice(metrics, "accuracy"),
  },
  {
    key: "learning_rate",
    title: "Learning rate",
    unit: "learning rate",
    perParameter: false,
    series: ({ iteration, learning_rate: values }) => [
      { name: "learning rate", iteration, values },
    ],
  },
  {
    key: "gradient_flow",
    title: "Gradient norms",
    unit: "norm",
    perParameter: true,
    series: ({ iteration, gradient_norm: columns }) => byParameter(iteration, columns),
  },
  {
    key: "parameters",
    title: "Parameter norms",
    unit: "norm",
    perParameter: true,
    series: ({ updates }) => byParameter(updates.iteration, updates.parameter_norm),
  },
  {
    key: "updates",
    title: "Update norms",
    unit: "norm",
    perParameter: true,
    series: ({ updates }) => byParameter(updates.iteration, updates.norm),
  },
  {
    key: "update_ratio",
    title: "Update / parameter",
    unit: "ratio",
    perParameter: true,
    series: ({ updates }) => byParameter(updates.iteration, updates.ratio),
  },
];

export function metricKind(key: MetricKey): MetricKind {
  return METRIC_KINDS.find((kind) => kind.key === key) ?? (METRIC_KINDS[0] as MetricKind);
}

/** What these metrics have anything of. */
export function measuredKinds(metrics: Metrics): MetricKind[] {
  return METRIC_KINDS.filter((kind) =>
    kind.series(metrics).some(({ values }) => values.length > 0),
  );
}
