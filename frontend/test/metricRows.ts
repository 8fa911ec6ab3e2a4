/** Metrics of a few iterations that follow one another, every norm as large as the loss. */

import type { Metrics } from "../src/api/types";
import { NO_METRICS } from "../src/model/metrics";

export function metricRows(first: number, losses: Metrics["loss"]): Metrics {
  return {
    ...NO_METRICS,
    iteration: losses.map((_, index) => first + index),
    loss: losses,
    learning_rate: losses.map(() => 0.1),
    gradient_norm: { "fc1.weight": losses },
  };
}
