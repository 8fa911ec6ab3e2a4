/** Paints what a network of one input gives, and its samples around it. */

import { valueOnAxis, type FunctionSurface, type Plane } from "../model/functionSurface";
import { NO_MARGIN, plotArea, toPixel, type PlotArea } from "../model/plotArea";
import { boundsOf, type SamplePoint } from "../model/predictions";
import { clipTo, drawAxes } from "./axes";
import { toCss } from "./palette";
import { penOn, type PictureSize } from "./pen";
import { classColor, type PictureColors } from "./pictureColors";
import { drawSamples } from "./samplePoints";

export interface CurveView {
  readonly surface: FunctionSurface;
  readonly points: readonly SamplePoint[];
  readonly colors: PictureColors;
  /** Without axes. */
  readonly bare?: boolean;
}

/** The axis goes over samples and targets, and over the curve only as far as it makes sense. */
export function curveArea(
  surface: FunctionSurface,
  points: readonly SamplePoint[],
  size: PictureSize,
  bare = false,
): PlotArea {
  const data = [surface.targets.low, surface.targets.high, ...points.map(({ y }) => y)];
  const shares = surface.reading === "numbers" ? [] : [0, 1];
  const y = boundsOf([...data, ...shares], 0.12);
  return plotArea(size, surface.x, y, bare ? NO_MARGIN : undefined);
}

export function drawCurve(canvas: HTMLCanvasElement, view: CurveView, size: PictureSize): void {
  const pen = penOn(canvas, size);
  if (pen === null) return;
  const { surface, points, colors, bare } = view;
  const area = curveArea(surface, points, size, bare);
  pen.save();
  clipTo(pen, area);
  const faded = toCss(colors.palette.ink, 0.42);
  drawSamples(pen, area, points, { fill: () => faded, outline: colors.surface });
  const only = surface.planes.length === 1;
  surface.planes.forEach((plane, number) => {
    pen.strokeStyle = only ? colors.forward : toCss(classColor(number));
    strokeCurve(pen, area, surface, plane);
  });
  pen.restore();
  if (!bare) drawAxes(pen, area, colors);
}

function strokeCurve(
  pen: CanvasRenderingContext2D,
  area: PlotArea,
  { x }: FunctionSurface,
  { values }: Plane,
): void {
  pen.beginPath();
  pen.lineWidth = 2.5;
  pen.lineJoin = "round";
  let isDown = false;
  values.forEach((value, index) => {
    if (!Number.isFinite(value)) {
      isDown = false;
      return;
    }
    const { left, top } = toPixel(area, valueOnAxis(x, index), value);
    if (isDown) pen.lineTo(left, top);
    else pen.moveTo(left, top);
    isDown = true;
  });
  pen.stroke();
}
