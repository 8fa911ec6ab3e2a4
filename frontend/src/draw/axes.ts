/** The frame of a picture with two axes: hairlines, and a few numbers beside them. */

import { scaleLinear } from "d3-scale";
import type { Bounds } from "../model/functionSurface";
import { formatNumber } from "../model/format";
import { toPixel, type PlotArea } from "../model/plotArea";
import type { PictureColors } from "./pictureColors";

const PIXELS_PER_TICK = { across: 70, up: 34 };

function ticksOf({ low, high }: Bounds, count: number): number[] {
  return scaleLinear([low, high], [0, 1]).ticks(Math.max(2, count));
}

/** Ticks are round numbers: zeros after the point say nothing. */
function tickText(tick: number): string {
  const text = formatNumber(tick, 3);
  return text.replace(/(\.\d*?)0+(?=$|×)/, "$1").replace(/\.(?=$|×)/, "");
}

export function drawAxes(
  pen: CanvasRenderingContext2D,
  area: PlotArea,
  colors: PictureColors,
): void {
  const { left, top, width, height } = area;
  pen.save();
  pen.strokeStyle = colors.line;
  pen.lineWidth = 1;
  pen.strokeRect(left + 0.5, top + 0.5, width - 1, height - 1);
  pen.fillStyle = colors.faint;
  pen.font = "11px system-ui, sans-serif";
  pen.textAlign = "center";
  pen.textBaseline = "top";
  for (const tick of ticksOf(area.x, width / PIXELS_PER_TICK.across)) {
    pen.fillText(tickText(tick), toPixel(area, tick, 0).left, top + height + 5);
  }
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  for (const tick of ticksOf(area.y, height / PIXELS_PER_TICK.up)) {
    pen.fillText(tickText(tick), left - 5, toPixel(area, 0, tick).top);
  }
  pen.restore();
}

/** Keeps what is drawn inside of the frame. */
export function clipTo(
  pen: CanvasRenderingContext2D,
  { left, top, width, height }: PlotArea,
): void {
  pen.beginPath();
  pen.rect(left, top, width, height);
  pen.clip();
}
