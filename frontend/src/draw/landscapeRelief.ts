/** Paints a loss landscape as a surface in space, facet by facet from the farthest to the nearest. */

import { cellOf, heightOf, lossNear, type LandscapeGrid } from "../model/landscape";
import type { Pixel } from "../model/plotArea";
import { facetsOf, projection, type View } from "../model/relief";
import { drawPath, type LandscapeView } from "./landscapeContour";
import { penOn, type PictureSize } from "./pen";
import { heightCss } from "./pictureColors";

export interface ReliefView extends LandscapeView {
  readonly view: View;
}

/** Facets that face away from the lamp are still seen. */
const DARKEST = 0.55;

export function drawRelief(canvas: HTMLCanvasElement, view: ReliefView, size: PictureSize): void {
  const pen = penOn(canvas, size);
  if (pen === null) return;
  const { grid, logarithmic } = view;
  pen.lineWidth = 0.6;
  pen.lineJoin = "round";
  for (const { corners, height, light } of facetsOf(grid, view.view, size, logarithmic)) {
    pen.beginPath();
    corners.forEach(({ left, top }, at) => {
      if (at === 0) pen.moveTo(left, top);
      else pen.lineTo(left, top);
    });
    pen.closePath();
    pen.fillStyle = heightCss(height, DARKEST + (1 - DARKEST) * light);
    // Its own colour around it: else the ground shines through between neighbours.
    pen.strokeStyle = pen.fillStyle;
    pen.fill();
    pen.stroke();
  }
  const path = grid.path.filter(({ x, y }) => Number.isFinite(lossNear(grid, x, y) ?? NaN));
  drawPath(pen, path, reliefPixels({ ...grid, path }, view, size), view);
}

/** Where the path's points lie on the picture: on the surface, at the loss of the plane there. */
function reliefPixels(
  grid: LandscapeGrid,
  { view, logarithmic }: ReliefView,
  size: PictureSize,
): Pixel[] {
  const place = projection(view, size);
  return grid.path.map(({ x, y }) => {
    const { column, row } = cellOf(grid, x, y);
    const height = heightOf(grid, lossNear(grid, x, y) ?? NaN, logarithmic);
    const last = grid.side - 1;
    return place(column / last - 0.5, row / last - 0.5, height);
  });
}
