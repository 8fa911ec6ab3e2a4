/** Curves over the iterations, drawn and animated by Plotly. What a figure means, the server says. */

import type * as Plotly from "plotly.js-basic-dist-min";
import type { Chart } from "../model/chartLines";
import { figureLayout, shapesOf } from "./curveLayout";
import { chartTraces, growth, isContinued, lastPoints, type LastPoints } from "./curveTraces";

export type PlotlyModule = typeof Plotly;

export interface CurveChartOptions {
  /** The layouts of the server's figures, by the metric that they show. */
  layouts: Record<string, Plotly.Layout>;
  onPoint: (iteration: number) => void;
}

export interface CurveView {
  chart: Chart;
  /** The iteration on the stage. */
  shown: number | null;
}

/** Drawing may take at most about a third of the time: the rest is for playing and pointing. */
const REST_FACTOR = 2;
const SHORTEST_REST_MILLISECONDS = 60;

export class CurveChart {
  #view: CurveView | null = null;
  #drawn: CurveView | null = null;
  #last: LastPoints = { x: [], count: 0 };
  #drawing = false;
  #gone = false;
  #element: Plotly.PlotlyElement;

  constructor(
    private readonly plotly: PlotlyModule,
    element: HTMLElement,
    private readonly options: CurveChartOptions,
  ) {
    this.#element = element as Plotly.PlotlyElement;
  }

  /** Draws a view soon; of views that come faster than they can be drawn, the latest. */
  show(view: CurveView): void {
    this.#view = view;
    if (!this.#drawing) void this.#drawLoop();
  }

  /** After the theme has changed: the same picture in other colors. */
  restyle(): void {
    this.#drawn = null;
    if (this.#view !== null) this.show({ ...this.#view });
  }

  destroy(): void {
    this.#gone = true;
    this.plotly.purge(this.#element);
  }

  async #drawLoop(): Promise<void> {
    this.#drawing = true;
    while (this.#view !== this.#drawn && this.#view !== null && !this.#gone) {
      const started = performance.now();
      const view = this.#view;
      await this.#draw(view);
      this.#drawn = view;
      const took = performance.now() - started;
      const rest = Math.max(SHORTEST_REST_MILLISECONDS, took * REST_FACTOR);
      await new Promise((resolve) => setTimeout(resolve, rest));
    }
    this.#drawing = false;
  }

  /** Curves that only grew are extended, not drawn anew. */
  async #draw(view: CurveView): Promise<void> {
    const before = this.#drawn;
    if (before !== null && isContinued(before.chart, view.chart, this.#last)) {
      await this.#extend(before, view);
      return;
    }
    const traces = chartTraces(view.chart, this.#element);
    const layout = figureLayout(this.options.layouts[view.chart.metric], view, this.#element);
    if (this.#element.classList.contains("js-plotly-plot")) {
      await this.plotly.react(this.#element, traces, layout);
    } else await this.#begin(traces, layout);
    this.#last = lastPoints(view.chart);
  }

  async #begin(traces: Plotly.Data[], layout: Plotly.Layout): Promise<void> {
    const config = { displayModeBar: false, responsive: true, scrollZoom: false };
    await this.plotly.newPlot(this.#element, traces, layout, config);
    this.#element.on("plotly_click", ({ points }) => {
      const x = points[0]?.x;
      if (typeof x === "number") this.options.onPoint(x);
    });
  }

  async #extend(before: CurveView, view: CurveView): Promise<void> {
    const { added, indices, last } = growth(view.chart, before.chart, this.#last);
    this.#last = last;
    if (indices.length > 0) await this.plotly.extendTraces(this.#element, added, indices);
    if (before.shown === view.shown) return;
    const layout = this.options.layouts[view.chart.metric];
    await this.plotly.relayout(this.#element, {
      shapes: shapesOf(layout, view.shown, this.#element),
    });
  }
}
