/** The metrics of all iterations of the session, and which of them are drawn. */

import type { Metrics } from "../api/types";
import type { ChartChoice, ChartRun } from "../model/chartLines";
import { measuredKinds, metricKind, type MetricKey, type MetricKind } from "../model/metricKinds";
import { appendMetrics, metricsBefore, NO_METRICS } from "../model/metrics";
import { boundMetrics } from "../model/metricThinning";

/** Metrics come up to 16 times a second; the curves follow half as often, in one go. */
const FLUSH_MILLISECONDS = 120;

/** Other runs, to be drawn over this one's, and what this one is called among them. */
export interface Beside {
  readonly ownName: string;
  readonly ownColor: string;
  readonly compared: readonly ChartRun[];
}

export class CurvesState {
  metrics = $state.raw<Metrics>(NO_METRICS);
  /** What the person has chosen; `kind` is what is drawn. */
  metric = $state<MetricKey>("loss");
  parameter = $state<string | null>(null);
  smoothing = $state(0);
  /** What stands beside this run; nothing on pages that show one alone. */
  beside = $state.raw<Beside>({ ownName: "this run", ownColor: "--curve-1", compared: [] });
  #scales = $state<Partial<Record<MetricKey, boolean>>>({});
  #arrived: Metrics[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  get isEmpty(): boolean {
    return this.metrics.iteration.length === 0;
  }

  /** What is drawn: the chosen metric, or the loss where that is not measured. */
  get kind(): MetricKind {
    const isMeasured = measuredKinds(this.metrics).some(({ key }) => key === this.metric);
    return metricKind(isMeasured ? this.metric : "loss");
  }

  get logarithmic(): boolean {
    const { key, perParameter } = this.kind;
    return this.#scales[key] ?? perParameter;
  }

  set logarithmic(logarithmic: boolean) {
    this.#scales[this.kind.key] = logarithmic;
  }

  get choice(): ChartChoice {
    const { kind, parameter, smoothing, logarithmic } = this;
    return { metric: kind.key, parameter, smoothing, logarithmic };
  }

  /** All runs that are drawn; the first is this one. */
  get runs(): ChartRun[] {
    const { ownName, ownColor, compared } = this.beside;
    return [{ name: ownName, metrics: this.metrics, color: ownColor }, ...compared];
  }

  replace(metrics: Metrics): void {
    this.#arrived = [];
    this.metrics = boundMetrics(metrics);
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
    this.metrics = boundMetrics(this.#arrived.reduce(appendMetrics, this.metrics));
    this.#arrived = [];
  }
}
