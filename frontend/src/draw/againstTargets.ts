/** Paints predictions against targets: on the diagonal where the network is right. */

import { evenPlotArea, toPixel, type PlotArea } from "../model/plotArea";
import { boundsOf, type SamplePoint } from "../model/predictions";
import { clipTo, drawAxes } from "./axes";
import { penOn, type PictureSize } from "./pen";
import type { PictureColors } from "./pictureColors";
import { drawSamples } from "./samplePoints";

export function againstTargetsArea(points: readonly SamplePoint[], size: PictureSize): PlotArea {
  const bounds = boundsOf(points.map(({ x }) => x));
  return evenPlotArea(size, bounds, bounds);
}

export function drawAgainstTargets(
  canvas: HTMLCanvasElement,
  points: readonly SamplePoint[],
  colors: PictureColors,
  size: PictureSize,
): void {
  const pen = penOn(canvas, size);
  if (pen === null) return;
  const area = againstTargetsArea(points, size);
  pen.save();
  clipTo(pen, area);
  const [from, to] = [area.x.low, area.x.high].map((each) => toPixel(area, each, each));
  if (from !== undefined && to !== undefined) {
    pen.beginPath();
    pen.moveTo(from.left, from.top);
    pen.lineTo(to.left, to.top);
    pen.strokeStyle = colors.line;
    pen.stroke();
  }
  drawSamples(pen, area, points, { fill: () => colors.forward, outline: colors.surface });
  pen.restore();
  drawAxes(pen, area, colors);
}
