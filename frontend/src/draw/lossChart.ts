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

export class LossChart {
  #view: LossView | null = null;
  #points = 0;
  #first: number | undefined;
  #logarithmic = false;
  #ready: Promise<unknown>;
  #element: Plotly.PlotlyElement;

  constructor(
    private readonly plotly: PlotlyModule,
    element: HTMLElement,
    private readonly options: LossChartOptions,
  ) {
    this.#element = element as Plotly.PlotlyElement;
    const config = { displayModeBar: false, responsive: true, scrollZoom: false };
    this.#ready = plotly.newPlot(element, this.#traces(null), this.#layout(null), config);
    void this.#ready.then(() => {
      this.#element.on("plotly_click", ({ points }) => {
        const x = points[0]?.x;
        if (typeof x === "number") options.onPoint(x);
      });
    });
  }

  /** Draws what has changed; a curve that only grew is extended, not drawn anew. */
  async show(view: LossView): Promise<void> {
    await this.#ready;
    this.#view = view;
    const { x, y } = view.curve;
    const grew = this.#points > 0 && x.length > this.#points && x[0] === this.#first;
    const sameAxis = view.logarithmic === this.#logarithmic;
    this.#logarithmic = view.logarithmic;
    const from = this.#points;
    this.#points = x.length;
    this.#first = x[0];
    const canExtend = grew && sameAxis && x.length < MOST_APPENDED_POINTS;
    this.#ready = canExtend
      ? this.#extend(view, { x: [x.slice(from)], y: [y.slice(from)] })
      : this.plotly.react(this.#element, this.#traces(view), this.#layout(view));
    await this.#ready;
  }

  /** After the theme has changed: the same picture in other colours. */
  async restyle(): Promise<void> {
    await this.#ready;
    const view = this.#view;
    if (view !== null) {
      await this.plotly.react(this.#element, this.#traces(view), this.#layout(view));
    }
  }

  destroy(): void {
    this.plotly.purge(this.#element);
  }

  async #extend(view: LossView, added: Record<string, unknown[][]>): Promise<void> {
    await this.plotly.extendTraces(this.#element, added, [0]);
    const { recordedX, recordedY, nonFiniteX, nonFiniteY, nonFiniteText } = view.curve;
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
