/** Makes the chart from what the file carries: Plotly is unpacked when it is first shown. */

import { CurveChart, type CurveChartOptions, type PlotlyModule } from "../draw/curveChart";
import { keepPlotlyFromWritingStyles } from "../draw/plotlyStyles";
import { readBlock } from "./fileBlocks";
import type { Replay } from "./replay.svelte";

declare global {
  interface Window {
    Plotly?: PlotlyModule;
  }
}

async function loadPlotly(): Promise<PlotlyModule> {
  if (window.Plotly === undefined) {
    const script = document.createElement("script");
    // The file's policy names the hash of this very text.
    script.textContent = await readBlock("replay-plotly");
    document.head.append(script);
  }
  if (window.Plotly === undefined) throw new Error("The browser did not let Plotly run.");
  return window.Plotly;
}

export async function makeCurveChart(replay: Replay, element: HTMLElement): Promise<CurveChart> {
  keepPlotlyFromWritingStyles();
  const [plotly, layouts] = await Promise.all([loadPlotly(), readBlock("replay-figures")]);
  return new CurveChart(plotly, element, {
    layouts: JSON.parse(layouts) as CurveChartOptions["layouts"],
    onPoint: (iteration) => void replay.travelNear(iteration),
  });
}
