/** The metrics of all iterations of the session. */

import type { Metrics } from "../api/types";
import { appendMetrics, metricsBefore, NO_METRICS } from "../model/metrics";

/** Metrics come up to 16 times a second; the curves follow half as often, in one go. */
const FLUSH_MILLISECONDS = 120;

export class CurvesState {
  metrics = $state.raw<Metrics>(NO_METRICS);
  logarithmic = $state(false);
  #arrived: Metrics[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  get isEmpty(): boolean {
    return this.metrics.iteration.length === 0;
  }

  replace(metrics: Metrics): void {
    this.#arrived = [];
    this.metrics = metrics;
  }

  append(columns: Metrics): void {
    this.#arrived.push(columns);
    this.#timer ??= setTimeout(() => this.#flush(), FLUSH_MILLISECONDS);
  }

  /** After a restoration: what came from `iteration` on is trained again. */
  cutAt(iteration: number): void {
    this.#flush();
    this.metrics = metricsBefore(this.metrics, iteration);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.metrics = this.#arrived.reduce(appendMetrics, this.metrics);
    this.#arrived = [];
  }
}
