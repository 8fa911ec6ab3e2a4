/** The metrics of all iterations of the session. */

import type { Metrics } from "../api/types";
import { appendMetrics, NO_METRICS } from "../model/metrics";

export class CurvesState {
  metrics = $state.raw<Metrics>(NO_METRICS);
  logarithmic = $state(false);

  get isEmpty(): boolean {
    return this.metrics.iteration.length === 0;
  }

  replace(metrics: Metrics): void {
    this.metrics = metrics;
  }

  append(columns: Metrics): void {
    this.metrics = appendMetrics(this.metrics, columns);
  }
}
