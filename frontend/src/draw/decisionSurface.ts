/** Paints what a network gives over the plane of its two inputs, and its samples on it. */

import { divergenceOf, type FunctionSurface } from "../model/functionSurface";
import { evenPlotArea, NO_MARGIN, type PlotArea } from "../model/plotArea";
import type { SamplePoint } from "../model/predictions";
import { clipTo, drawAxes } from "./axes";
import { traceContour } from "./contourLines";
import { paintGrid } from "./gridPixels";
import { mix, toCss, type Rgb } from "./palette";
import { penOn, type PictureSize } from "./pen";
import { blend, classColor, type PictureColors } from "./pictureColors";
import { drawSamples } from "./samplePoints";

export interface DecisionView {
  readonly surface: FunctionSurface;
  readonly points: readonly SamplePoint[];
  readonly colors: PictureColors;
  /** Without axes. */
  readonly bare?: boolean;
}

/** So strong a surface at most: the samples on it have to stand out. */
const STRONGEST = 0.72;
const CLASS_STRENGTH = 0.6;

export function decisionArea(surface: FunctionSurface, size: PictureSize, bare = false): PlotArea {
  return evenPlotArea(size, surface.x, surface.y ?? surface.targets, bare ? NO_MARGIN : undefined);
}

export function drawDecision(
  canvas: HTMLCanvasElement,
  view: DecisionView,
  size: PictureSize,
): void {
  const pen = penOn(canvas, size);
  if (pen === null) return;
  const { surface, points, colors, bare } = view;
  const area = decisionArea(surface, size, bare);
  const fill = targetColor(surface, colors);
  pen.save();
  clipTo(pen, area);
  paintGrid(pen, area, {
    columns: surface.x.count,
    rows: surface.y?.count ?? 1,
    colorAt: surfaceColor(surface, colors),
  });
  if (hasTwoSides(surface)) drawBoundary(pen, area, surface, colors);
  drawSamples(pen, area, points, { fill, outline: colors.surface });
  pen.restore();
  if (!bare) drawAxes(pen, area, colors);
}

/** The colour of a sample, and of what the network gives where it is sure of that. */
export function targetColor(
  surface: FunctionSurface,
  { palette }: PictureColors,
): (target: number) => string {
  if (surface.reading === "classes") return (target) => toCss(classColor(target));
  const { middle, reach } = divergenceOf(surface);
  return (target) => toCss(mix(palette, target - middle, reach));
}

function surfaceColor(
  surface: FunctionSurface,
  { palette }: PictureColors,
): (index: number) => Rgb | null {
  const [first, second] = surface.planes;
  if (first === undefined) return () => null;
  if (surface.reading === "classes") {
    return (index) => {
      const confidence = second?.values[index] ?? 1;
      if (!Number.isFinite(confidence)) return null;
      const color = classColor(first.values[index] as number);
      return blend(palette.zero, color, confidence * CLASS_STRENGTH);
    };
  }
  const { middle, reach } = divergenceOf(surface);
  return (index) => {
    const value = first.values[index] as number;
    if (!Number.isFinite(value)) return null;
    return blend(palette.zero, mix(palette, value - middle, reach), STRONGEST);
  };
}

function hasTwoSides({ reading, planes }: FunctionSurface): boolean {
  return reading !== "classes" && planes.length === 1;
}

/** Where the network is undecided. */
function drawBoundary(
  pen: CanvasRenderingContext2D,
  area: PlotArea,
  surface: FunctionSurface,
  { ink }: PictureColors,
): void {
  const values = surface.planes[0]?.values;
  if (values === undefined) return;
  pen.beginPath();
  const grid = { columns: surface.x.count, rows: surface.y?.count ?? 1, values };
  traceContour(pen, area, grid, divergenceOf(surface).middle);
  pen.strokeStyle = ink;
  pen.lineWidth = 1.25;
  pen.stroke();
}
