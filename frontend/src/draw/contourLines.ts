/** Lines of equal height over a frame. */

import { contours } from "d3-contour";
import type { PlotArea } from "../model/plotArea";

export interface HeightGrid {
  readonly columns: number;
  readonly rows: number;
  /** Rows from the bottom up. */
  readonly values: ArrayLike<number>;
}

/** Adds the lines at one level to the pen's path; numbers stand at the corners and in between. */
export function traceContour(
  pen: CanvasRenderingContext2D,
  area: PlotArea,
  { columns, rows, values }: HeightGrid,
  level: number,
): void {
  const shape = contours().size([columns, rows]).contour(Array.from(values), level);
  const across = (column: number): number =>
    area.left + ((column - 0.5) / (columns - 1)) * area.width;
  const down = (row: number): number => area.top + (1 - (row - 0.5) / (rows - 1)) * area.height;
  for (const ring of shape.coordinates.flat()) {
    ring.forEach(([column = 0, row = 0], at) => {
      if (at === 0) pen.moveTo(across(column), down(row));
      else pen.lineTo(across(column), down(row));
    });
  }
}
