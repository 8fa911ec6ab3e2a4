/** Paints a loss landscape from above: heights as colours, contour lines, and the path. */

import { contourLevels, heightOf, type LandscapeGrid, type PathPoint } from "../model/landscape";
import { plotArea, toPixel, type Pixel, type PlotArea } from "../model/plotArea";
import { clipTo, drawAxes } from "./axes";
import { traceContour } from "./contourLines";
import { paintGrid } from "./gridPixels";
import { hatch } from "./heatmap";
import { toCss } from "./palette";
import { penOn, type PictureSize } from "./pen";
import { heightColor, type PictureColors } from "./pictureColors";

export interface LandscapeView {
  readonly grid: LandscapeGrid;
  readonly logarithmic: boolean;
  /** The iteration on the stage. */
  readonly shown: number | null;
  /** The iteration that the keyboard has walked to. */
  readonly walked?: number | null;
  readonly colors: PictureColors;
}

const LEVELS = 12;
const WALKED_RADIUS = 9;

export function landscapeArea(grid: LandscapeGrid, size: PictureSize): PlotArea {
  return plotArea(size, grid.x, grid.y);
}

/** Where the path's points lie on the picture. */
export function pathPixels(grid: LandscapeGrid, area: PlotArea): Pixel[] {
  return grid.path.map(({ x, y }) => toPixel(area, x, y));
}

export function drawContour(
  canvas: HTMLCanvasElement,
  view: LandscapeView,
  size: PictureSize,
): void {
  const pen = penOn(canvas, size);
  if (pen === null) return;
  const { grid, logarithmic, colors } = view;
  const area = landscapeArea(grid, size);
  pen.save();
  clipTo(pen, area);
  if (grid.hasHoles) {
    const { left, top, width, height } = area;
    hatch(pen, left, top, width, height, toCss(colors.palette.danger), 1);
  }
  paintGrid(pen, area, {
    columns: grid.side,
    rows: grid.side,
    colorAt: (index) => {
      const height = heightOf(grid, grid.losses[index] as number, logarithmic);
      return Number.isFinite(height) ? heightColor(height) : null;
    },
  });
  drawLines(pen, area, grid, logarithmic);
  drawPath(pen, grid.path, pathPixels(grid, area), view);
  pen.restore();
  drawAxes(pen, area, colors);
}

function drawLines(
  pen: CanvasRenderingContext2D,
  area: PlotArea,
  grid: LandscapeGrid,
  logarithmic: boolean,
): void {
  const heights = { columns: grid.side, rows: grid.side, values: grid.losses };
  pen.beginPath();
  for (const level of contourLevels(grid, LEVELS, logarithmic))
    traceContour(pen, area, heights, level);
  pen.strokeStyle = "rgb(255 255 255 / 0.4)";
  pen.lineWidth = 1;
  pen.stroke();
}

/** The run's way, recorded iterations as points; the one on the stage is larger. */
export function drawPath(
  pen: CanvasRenderingContext2D,
  path: readonly PathPoint[],
  pixels: readonly Pixel[],
  { shown, walked = null, colors }: Pick<LandscapeView, "shown" | "walked" | "colors">,
): void {
  pen.save();
  pen.lineJoin = "round";
  for (const [width, color] of [
    [4, "rgb(0 0 0 / 0.55)"],
    [2, "#ffffff"],
  ] as const) {
    pen.beginPath();
    pixels.forEach(({ left, top }, at) =>
      at === 0 ? pen.moveTo(left, top) : pen.lineTo(left, top),
    );
    pen.lineWidth = width;
    pen.strokeStyle = color;
    pen.stroke();
  }
  pen.lineWidth = 1.25;
  pen.strokeStyle = "#14161b";
  path.forEach(({ iteration }, at) => {
    const { left, top } = pixels[at] as Pixel;
    const isShown = iteration === shown;
    pen.beginPath();
    pen.arc(left, top, isShown ? 5.5 : 3.2, 0, 2 * Math.PI);
    pen.fillStyle = isShown ? colors.update : "#ffffff";
    pen.fill();
    pen.stroke();
    if (iteration !== walked) return;
    pen.beginPath();
    pen.arc(left, top, WALKED_RADIUS, 0, 2 * Math.PI);
    pen.stroke();
  });
  pen.restore();
}
