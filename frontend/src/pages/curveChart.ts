/** Makes the chart: Plotly and what the figures mean are loaded when the first curve is shown. */

import { fetchFigureLayouts } from "../api/client";
import { CurveChart } from "../draw/curveChart";
import { keepPlotlyFromWritingStyles } from "../draw/plotlyStyles";
import type { Viewer } from "../state/viewer.svelte";

export async function makeCurveChart(viewer: Viewer, element: HTMLElement): Promise<CurveChart> {
  keepPlotlyFromWritingStyles();
  const [plotly, layouts] = await Promise.all([
    import("plotly.js-basic-dist-min"),
    fetchFigureLayouts(),
  ]);
  const onPoint = (iteration: number) => void viewer.travelNear(iteration);
  return new CurveChart(plotly, element, { layouts, onPoint });
}
