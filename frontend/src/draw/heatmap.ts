/** Paints a grid of numbers as coloured cells. */

import { formatNumber } from "../model/format";
import type { Grid } from "./grid";
import { inkOn, mix, toCss, type Palette } from "./palette";

export interface HeatmapOptions {
  readonly palette: Palette;
  /** Size in CSS pixels; the canvas' own by default. */
  readonly width?: number;
  readonly height?: number;
  /** Device pixels per CSS pixel, the zoom included. */
  readonly pixelRatio?: number;
  /** The magnitude that gets the strongest colour; the grid's own by default. */
  readonly scale?: number;
  /** Whether to write the numbers into cells that have room for them. */
  readonly numbers?: boolean;
}

/** Cells at least this large, in CSS pixels, are set apart by a hairline. */
const smallestParted = 5;
const smallestWritten = { width: 20, height: 9 };

export function drawHeatmap(canvas: HTMLCanvasElement, grid: Grid, options: HeatmapOptions): void {
  const ratio = options.pixelRatio ?? globalThis.devicePixelRatio;
  const width = Math.max(1, Math.round((options.width ?? canvas.clientWidth) * ratio));
  const height = Math.max(1, Math.round((options.height ?? canvas.clientHeight) * ratio));
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (context === null || grid.rows === 0 || grid.columns === 0) return;
  const scale = options.scale ?? grid.scale;
  paintCells(context, grid, options.palette, scale, width, height);
  partCells(context, grid, ratio, width, height);
  hatchCells(context, grid, options.palette, ratio, width, height);
  if (options.numbers === true)
    writeNumbers(context, grid, options.palette, scale, ratio, width, height);
}

function valueAt(grid: Grid, cell: number): number | null {
  const index = grid.cells[cell] as number;
  return index < 0 ? null : (grid.values[index] as number);
}

/** One pixel per cell, then enlarged in one step: far cheaper than a rectangle per cell. */
function paintCells(
  context: CanvasRenderingContext2D,
  grid: Grid,
  palette: Palette,
  scale: number,
  width: number,
  height: number,
): void {
  const small = document.createElement("canvas");
  small.width = grid.columns;
  small.height = grid.rows;
  const pen = small.getContext("2d");
  if (pen === null) return;
  const image = pen.createImageData(grid.columns, grid.rows);
  for (let cell = 0; cell < grid.cells.length; cell++) {
    const value = valueAt(grid, cell);
    if (value === null) continue;
    const color = Number.isFinite(value) ? mix(palette, value, scale) : palette.zero;
    image.data.set([...color, 255], cell * 4);
  }
  pen.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, width, height);
}

function partCells(
  context: CanvasRenderingContext2D,
  grid: Grid,
  ratio: number,
  width: number,
  height: number,
): void {
  const line = Math.max(1, Math.round(ratio * 0.5));
  if (width / grid.columns >= smallestParted * ratio) {
    for (let i = 1; i < grid.columns; i++) {
      context.clearRect(Math.round((i * width) / grid.columns), 0, line, height);
    }
  }
  if (height / grid.rows >= smallestParted * ratio) {
    for (let i = 1; i < grid.rows; i++) {
      context.clearRect(0, Math.round((i * height) / grid.rows), width, line);
    }
  }
}

function hatchCells(
  context: CanvasRenderingContext2D,
  grid: Grid,
  palette: Palette,
  ratio: number,
  width: number,
  height: number,
): void {
  const [cellWidth, cellHeight] = [width / grid.columns, height / grid.rows];
  for (let cell = 0; cell < grid.cells.length; cell++) {
    const value = valueAt(grid, cell);
    if (value === null || Number.isFinite(value)) continue;
    const x = (cell % grid.columns) * cellWidth;
    const y = Math.floor(cell / grid.columns) * cellHeight;
    hatch(context, x, y, cellWidth, cellHeight, toCss(palette.danger), ratio);
  }
}

/** Diagonal stripes over a rectangle: how everything that is not a number is drawn. */
export function hatch(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  width: number,
  height: number,
  color: string,
  ratio: number,
): void {
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.beginPath();
  const step = 3.5 * ratio;
  for (let offset = -height; offset < width; offset += step) {
    context.moveTo(x + offset, y + height);
    context.lineTo(x + offset + height, y);
  }
  context.strokeStyle = color;
  context.lineWidth = 1.25 * ratio;
  context.stroke();
  context.restore();
}

function writeNumbers(
  context: CanvasRenderingContext2D,
  grid: Grid,
  palette: Palette,
  scale: number,
  ratio: number,
  width: number,
  height: number,
): void {
  const [cellWidth, cellHeight] = [width / grid.columns, height / grid.rows];
  if (cellWidth < smallestWritten.width * ratio || cellHeight < smallestWritten.height * ratio)
    return;
  const size = Math.min(cellHeight * 0.62, cellWidth * 0.23, 13 * ratio);
  context.font = `${String(size)}px system-ui, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (let cell = 0; cell < grid.cells.length; cell++) {
    const value = valueAt(grid, cell);
    if (value === null) continue;
    context.fillStyle = Number.isFinite(value)
      ? inkOn(mix(palette, value, scale))
      : toCss(palette.danger);
    const x = ((cell % grid.columns) + 0.5) * cellWidth;
    const y = (Math.floor(cell / grid.columns) + 0.5) * cellHeight;
    context.fillText(formatNumber(value, 3), x, y, cellWidth - 2 * ratio);
  }
}
