/** Makes the loss chart: Plotly and the figure's look are loaded when the first curve is shown. */

import { fetchFigure } from "../api/client";
import { LossChart } from "../draw/lossChart";
import { keepPlotlyFromWritingStyles } from "../draw/plotlyStyles";
import type { Workbench } from "../state/workbench.svelte";

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
