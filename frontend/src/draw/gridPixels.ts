/** A grid of colours as a picture: a pixel for each number, then enlarged in one step. */

import type { PlotArea } from "../model/plotArea";
import type { Rgb } from "./palette";

export interface ColoredGrid {
  readonly columns: number;
  readonly rows: number;
  /** Of the number at this place, rows from the bottom up; null paints nothing. */
  readonly colorAt: (index: number) => Rgb | null;
}

/** Paints numbers that stand at the corners of a frame and in between, smoothly. */
export function paintGrid(
  pen: CanvasRenderingContext2D,
  area: PlotArea,
  { columns, rows, colorAt }: ColoredGrid,
): void {
  const small = document.createElement("canvas");
  small.width = columns;
  small.height = rows;
  const brush = small.getContext("2d");
  if (brush === null) return;
  const image = brush.createImageData(columns, rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const color = colorAt(row * columns + column);
      if (color === null) continue;
      image.data.set([...color, 255], ((rows - 1 - row) * columns + column) * 4);
    }
  }
  brush.putImageData(image, 0, 0);
  pen.imageSmoothingEnabled = true;
  // The outermost numbers stand on the frame: half of their pixels lies outside of it.
  const [dx, dy] = [area.width / (columns - 1) / 2, area.height / (rows - 1) / 2];
  pen.drawImage(small, area.left - dx, area.top - dy, area.width + 2 * dx, area.height + 2 * dy);
}
