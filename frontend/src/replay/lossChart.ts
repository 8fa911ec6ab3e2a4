/** Makes the loss chart from what the file carries: Plotly is unpacked when it is first shown. */

import { LossChart, type LossChartOptions, type PlotlyModule } from "../draw/lossChart";
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

export async function makeLossChart(replay: Replay, element: HTMLElement): Promise<LossChart> {
  keepPlotlyFromWritingStyles();
  const [plotly, figure] = await Promise.all([loadPlotly(), readBlock("replay-figure")]);
  return new LossChart(plotly, element, {
    figure: JSON.parse(figure) as LossChartOptions["figure"],
    onPoint: (iteration) => void replay.travelNear(iteration),
  });
}
