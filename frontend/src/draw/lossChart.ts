/** The loss curve, drawn and animated by Plotly. The figure's look comes from the server. */

import type * as Plotly from "plotly.js-basic-dist-min";
import type { LossCurve } from "../model/lossCurve";

export type PlotlyModule = typeof Plotly;

export interface LossChartOptions {
  /** The figure as the server defines it: its layout and the look of its traces. */
  figure: { data: Plotly.Data[]; layout: Plotly.Layout };
  onPoint: (iteration: number) => void;
}

export interface LossView {
  curve: LossCurve;
  logarithmic: boolean;
  /** The iteration on the stage. */
  shown: number | null;
}

/** Beyond this the line is thinned, and thinning may move any of its points. */
const MOST_APPENDED_POINTS = 4_000;

function readColor(element: HTMLElement, name: string): string {
  return getComputedStyle(element).getPropertyValue(name).trim();
}

/** Whether a view shows the same line as the one before, perhaps with more points at its end. */
function isContinued(before: LossView, view: LossView): boolean {
  const [old, now] = [before.curve, view.curve];
  const last = old.x.length - 1;
  return (
    last > 0 &&
    before.logarithmic === view.logarithmic &&
    now.x.length < MOST_APPENDED_POINTS &&
    old.x[0] === now.x[0] &&
    old.x[last] === now.x[last] &&
    old.y[last] === now.y[last]
  );
}

function haveSameMarks(before: LossView, view: LossView): boolean {
  return (
    before.shown === view.shown &&
    before.curve.recordedX.length === view.curve.recordedX.length &&
    before.curve.recordedX.at(-1) === view.curve.recordedX.at(-1) &&
    before.curve.nonFiniteX.length === view.curve.nonFiniteX.length
  );
}

/** Drawing may take at most about a third of the time: the rest is for playing and pointing. */
const REST_FACTOR = 2;
const SHORTEST_REST_MILLISECONDS = 60;

export class LossChart {
  #view: LossView | null = null;
  #drawn: LossView | null = null;
  #drawing = false;
  #gone = false;
  #element: Plotly.PlotlyElement;

  constructor(
    private readonly plotly: PlotlyModule,
    element: HTMLElement,
    private readonly options: LossChartOptions,
  ) {
    this.#element = element as Plotly.PlotlyElement;
  }

  /** Draws a view soon; of views that come faster than they can be drawn, the latest. */
  show(view: LossView): void {
    this.#view = view;
    if (!this.#drawing) void this.#drawLoop();
  }

  /** After the theme has changed: the same picture in other colours. */
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

  /** A curve that only grew is extended, not drawn anew. */
  async #draw(view: LossView): Promise<void> {
    const before = this.#drawn;
    if (before !== null && isContinued(before, view)) await this.#extend(before, view);
    else if (this.#element.classList.contains("js-plotly-plot")) {
      await this.plotly.react(this.#element, this.#traces(view), this.#layout(view));
    } else await this.#begin(view);
  }

  async #begin(view: LossView): Promise<void> {
    const config = { displayModeBar: false, responsive: true, scrollZoom: false };
    await this.plotly.newPlot(this.#element, this.#traces(view), this.#layout(view), config);
    this.#element.on("plotly_click", ({ points }) => {
      const x = points[0]?.x;
      if (typeof x === "number") this.options.onPoint(x);
    });
  }

  async #extend(before: LossView, view: LossView): Promise<void> {
    const from = before.curve.x.length;
    const { x, y, recordedX, recordedY, nonFiniteX, nonFiniteY, nonFiniteText } = view.curve;
    if (x.length > from) {
      const added = { x: [x.slice(from)], y: [y.slice(from)] };
      await this.plotly.extendTraces(this.#element, added, [0]);
    }
    if (haveSameMarks(before, view)) return;
    await this.plotly.update(
      this.#element,
      { x: [recordedX, nonFiniteX], y: [recordedY, nonFiniteY], text: [[], nonFiniteText] },
      { shapes: this.#shapes(view) },
      [1, 2],
    );
  }

  #traces(view: LossView | null): Plotly.Data[] {
    const curve = view?.curve;
    const line = this.options.figure.data[0] ?? {};
    const color = (name: string) => readColor(this.#element, name);
    return [
      {
        ...line,
        x: [...(curve?.x ?? [])],
        y: [...(curve?.y ?? [])],
        mode: "lines",
        connectgaps: false,
        line: { color: color("--ink"), width: 1.8 },
      },
      {
        name: "recorded",
        x: curve?.recordedX ?? [],
        y: curve?.recordedY ?? [],
        mode: "markers",
        type: "scatter",
        marker: {
          color: color("--update"),
          size: 7,
          line: { color: color("--surface"), width: 1.5 },
        },
        hoverinfo: "skip",
      },
      {
        name: "not finite",
        x: curve?.nonFiniteX ?? [],
        y: curve?.nonFiniteY ?? [],
        text: curve?.nonFiniteText ?? [],
        mode: "markers",
        type: "scatter",
        marker: { color: color("--danger"), size: 9, symbol: "x" },
        hovertemplate: "iteration %{x}<br>loss %{text}<extra></extra>",
      },
    ];
  }

  #layout(view: LossView | null): Plotly.Layout {
    const { layout } = this.options.figure;
    const color = (name: string) => readColor(this.#element, name);
    const axis = { gridcolor: color("--line"), linecolor: color("--line"), zeroline: false };
    const font = { ...layout.font, color: color("--ink-soft"), size: 11 };
    return {
      ...layout,
      title: undefined,
      autosize: true,
      showlegend: false,
      dragmode: false,
      // Anywhere above or below a point counts as pointing at it.
      hovermode: "x",
      font,
      margin: { l: 46, r: 12, t: 6, b: 30 },
      xaxis: { ...layout.xaxis, ...axis, title: { text: "" }, fixedrange: true },
      yaxis: {
        ...layout.yaxis,
        ...axis,
        title: { text: "" },
        fixedrange: true,
        type: view?.logarithmic === true ? "log" : "linear",
        // Raised digits would need inline styles, which the content security policy forbids.
        exponentformat: "e",
      },
      hoverlabel: {
        bgcolor: color("--ink"),
        bordercolor: color("--ink"),
        font: { color: color("--surface-raised") },
      },
      shapes: this.#shapes(view),
    };
  }

  #shapes(view: LossView | null): Plotly.Shape[] {
    if (view === null || view.shown === null) return [];
    const line = { color: readColor(this.#element, "--update"), width: 1.5, dash: "dot" };
    const [x0, x1] = [view.shown, view.shown];
    return [{ type: "line", x0, x1, yref: "paper", y0: 0, y1: 1, line }];
  }
}
