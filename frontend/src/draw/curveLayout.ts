/** A figure's layout in the page: what the server's figure says of it, in the theme's colors. */

import type * as Plotly from "plotly.js-basic-dist-min";
import type { CurveView } from "./curveChart";
import { readColor } from "./themeColor";

/** With more lines, pointing at one tells of that one alone. */
const MOST_LINES_TOLD_TOGETHER = 4;

export function figureLayout(
  figure: Plotly.Layout | undefined,
  { chart, shown }: CurveView,
  element: HTMLElement,
): Plotly.Layout {
  const color = (name: string) => readColor(element, name);
  const axis = { gridcolor: color("--line"), linecolor: color("--line"), zeroline: false };
  const common = { ...axis, title: { text: "" }, fixedrange: true };
  return {
    ...figure,
    title: undefined,
    autosize: true,
    showlegend: false,
    dragmode: false,
    // Anywhere above or below a point counts as pointing at it.
    hovermode: chart.lines.length <= MOST_LINES_TOLD_TOGETHER ? "x" : "closest",
    hoverdistance: -1,
    font: { ...figure?.font, color: color("--ink-soft"), size: 11 },
    margin: { l: 46, r: 12, t: 6, b: 24 },
    xaxis: { ...figure?.xaxis, ...common },
    yaxis: {
      ...figure?.yaxis,
      ...common,
      type: chart.logarithmic ? "log" : "linear",
      // On a logarithmic axis Plotly takes a range for powers of ten.
      range: chart.logarithmic ? undefined : figure?.yaxis?.["range"],
      // Raised digits would need inline styles, which the content security policy forbids.
      exponentformat: "e",
    },
    hoverlabel: {
      bgcolor: color("--ink"),
      bordercolor: color("--ink"),
      font: { color: color("--surface-raised") },
    },
    shapes: shapesOf(figure, shown, element),
  };
}

/** The shapes of the figure itself, such as a band, and the line at the iteration on the stage. */
export function shapesOf(
  figure: Plotly.Layout | undefined,
  shown: number | null,
  element: HTMLElement,
): Plotly.Shape[] {
  const color = readColor(element, "--ink-soft");
  const own = (figure?.shapes ?? []).map((shape) => ({
    ...shape,
    label: { ...(shape["label"] as object), font: { color, size: 11 } },
  }));
  if (shown === null) return own;
  const line = { color: readColor(element, "--update"), width: 1.5, dash: "dot" };
  return [...own, { type: "line", x0: shown, x1: shown, yref: "paper", y0: 0, y1: 1, line }];
}
