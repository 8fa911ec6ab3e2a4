/** Makes the loss chart: Plotly and the figure's look are loaded when the first curve is shown. */

import { fetchFigure } from "../api/client";
import { LossChart } from "../draw/lossChart";
import type { Workbench } from "../state/workbench.svelte";

const PLOTLY_STYLE_ID = "plotly.js-style-global";

/** Tells Plotly that its rules are there already (styles/plotly.css): it may not write its own. */
function keepPlotlyFromWritingStyles(): void {
  if (document.getElementById(PLOTLY_STYLE_ID) !== null) return;
  const mark = document.createElement("template");
  mark.id = PLOTLY_STYLE_ID;
  mark.className = "no-inline-styles";
  document.head.append(mark);
}

export async function makeLossChart(
  workbench: Workbench,
  element: HTMLElement,
): Promise<LossChart> {
  keepPlotlyFromWritingStyles();
  const [plotly, figure] = await Promise.all([
    import("plotly.js-basic-dist-min"),
    fetchFigure(workbench.session.id ?? "", "loss"),
  ]);
  const onPoint = (iteration: number) => void workbench.travelNear(iteration);
  return new LossChart(plotly, element, { figure, onPoint });
}
