/** Samples as points: circles of the training samples, diamonds of the validation samples. */

import type { SamplePoint } from "../model/predictions";
import { toPixel, type PlotArea } from "../model/plotArea";

const RADIUS = 3.2;

export function drawSamples(
  pen: CanvasRenderingContext2D,
  area: PlotArea,
  points: readonly SamplePoint[],
  colors: { fill: (target: number) => string; outline: string },
): void {
  pen.save();
  pen.strokeStyle = colors.outline;
  pen.lineWidth = 1;
  for (const { x, y, target, validation } of points) {
    const { left, top } = toPixel(area, x, y);
    pen.beginPath();
    if (validation) diamond(pen, left, top, RADIUS * 1.3);
    else pen.arc(left, top, RADIUS, 0, 2 * Math.PI);
    pen.fillStyle = colors.fill(target);
    pen.fill();
    pen.stroke();
  }
  pen.restore();
}

function diamond(pen: CanvasRenderingContext2D, left: number, top: number, reach: number): void {
  pen.moveTo(left, top - reach);
  pen.lineTo(left + reach, top);
  pen.lineTo(left, top + reach);
  pen.lineTo(left - reach, top);
  pen.closePath();
}
