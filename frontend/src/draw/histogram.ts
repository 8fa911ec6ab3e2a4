/** Paints a histogram: bars coloured like the numbers that they count. */

import type { Histogram } from "../model/statistics";
import { mix, toCss, type Palette } from "./palette";

export interface HistogramOptions {
  readonly palette: Palette;
  /** Size in CSS pixels; the canvas' own by default. */
  readonly width?: number;
  readonly height?: number;
  readonly pixelRatio?: number;
}

export function drawHistogram(
  canvas: HTMLCanvasElement,
  histogram: Histogram,
  options: HistogramOptions,
): void {
  const ratio = options.pixelRatio ?? globalThis.devicePixelRatio;
  const width = Math.max(1, Math.round((options.width ?? canvas.clientWidth) * ratio));
  const height = Math.max(1, Math.round((options.height ?? canvas.clientHeight) * ratio));
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (context === null) return;
  paintBars(context, histogram, options.palette, width, height, ratio);
  paintZero(context, histogram, options.palette, width, height, ratio);
}

function paintBars(
  context: CanvasRenderingContext2D,
  { counts, from, to }: Histogram,
  palette: Palette,
  width: number,
  height: number,
  ratio: number,
): void {
  const most = counts.reduce((greatest, count) => Math.max(greatest, count), 1);
  const scale = Math.max(Math.abs(from), Math.abs(to));
  for (const [bin, count] of counts.entries()) {
    if (count === 0) continue;
    const x = Math.round((bin * width) / counts.length);
    const end = Math.round(((bin + 1) * width) / counts.length);
    // One number among thousands must still be seen.
    const tall = Math.max(1.5 * ratio, (count / most) * (height - ratio));
    context.fillStyle = toCss(visible(palette, middleOf(bin, counts.length, from, to), scale));
    context.fillRect(x, height - tall, Math.max(1, end - x - ratio), tall);
  }
}

function middleOf(bin: number, bins: number, from: number, to: number): number {
  return from + ((bin + 0.5) / bins) * (to - from);
}

/** The palette's colour, kept away from the neutral one, which would vanish on the page. */
function visible(palette: Palette, value: number, scale: number): ReturnType<typeof mix> {
  const least = 0.3 * scale;
  const shown = Math.abs(value) >= least ? value : Math.sign(value) * least;
  return mix(palette, shown, scale);
}

function paintZero(
  context: CanvasRenderingContext2D,
  { from, to }: Histogram,
  palette: Palette,
  width: number,
  height: number,
  ratio: number,
): void {
  if (from > 0 || to < 0 || from === to) return;
  const x = Math.round((-from / (to - from)) * width);
  context.fillStyle = toCss(palette.ink, 0.45);
  context.fillRect(x, 0, Math.max(1, Math.round(ratio * 0.75)), height);
}
