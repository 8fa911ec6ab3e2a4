/** Paints ridgelines: for each layer the histograms of its iterations, one before the other. */

import { penOn } from "./pen";
import type { Ridge, RidgePanel } from "../model/ridgelines";
import { buildPatterns, type FieldPatterns } from "./patterns";
import {
  baseOf,
  RIDGE_FOOT,
  RIDGE_HEAD,
  SIDE_SLOT,
  type RidgePlaces,
  type RidgeSpot,
} from "./ridgePlaces";

export interface RidgeView {
  readonly panels: readonly RidgePanel[];
  readonly places: RidgePlaces;
  readonly active: RidgeSpot | null;
  /** The iteration that is shown. */
  readonly shown: number | null;
  readonly width: number;
  readonly height: number;
}

export interface RidgeColors {
  /** The phase's: forward for what layers give, backward for gradients. */
  readonly ridge: string;
  readonly ink: string;
  readonly faint: string;
  readonly line: string;
  readonly ground: string;
  readonly danger: string;
  readonly focus: string;
}

const font = "10.5px system-ui, sans-serif";

export function readRidgeColors(element: Element, phase: "forward" | "backward"): RidgeColors {
  const style = getComputedStyle(element);
  const read = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    ridge: read(phase),
    ink: read("ink"),
    faint: read("ink-faint"),
    line: read("line"),
    ground: read("surface-raised"),
    danger: read("danger"),
    focus: read("focus"),
  };
}

export function drawRidgelines(
  canvas: HTMLCanvasElement,
  view: RidgeView,
  colors: RidgeColors,
): void {
  const context = penOn(canvas, view);
  if (context === null) return;
  const ratio = globalThis.devicePixelRatio;
  context.font = font;
  context.textBaseline = "middle";
  context.lineJoin = "round";
  const patterns = buildPatterns(context, ratio, { zero: colors.faint, danger: colors.danger });
  const pen: RidgePen = { context, view, colors, patterns };
  for (const [index, panel] of view.panels.entries()) {
    context.save();
    context.translate(index * view.places.panelWidth, 0);
    paintPanel(pen, panel, index);
    context.restore();
  }
}

interface RidgePen {
  readonly context: CanvasRenderingContext2D;
  readonly view: RidgeView;
  readonly colors: RidgeColors;
  readonly patterns: FieldPatterns;
}

function paintPanel(pen: RidgePen, panel: RidgePanel, index: number): void {
  const { view } = pen;
  paintFrame(pen, panel, view.active?.panel === index);
  for (const [at, ridge] of panel.ridges.entries()) {
    const isActive = view.active?.panel === index && view.active.ridge === at;
    paintRidge(pen, panel, ridge, baseOf(view.places, at), isActive);
  }
}

function paintFrame({ context, view, colors }: RidgePen, panel: RidgePanel, active: boolean): void {
  const { places, height } = view;
  const right = places.axisLeft + places.axisWidth;
  context.textAlign = "center";
  context.fillStyle = active ? colors.ink : colors.faint;
  const middle = places.axisLeft + places.axisWidth / 2;
  context.fillText(panel.name, middle, RIDGE_HEAD / 2, places.panelWidth - 8);
  context.fillStyle = colors.faint;
  const y = height - RIDGE_FOOT / 2 + 1;
  context.textAlign = "left";
  context.fillText(panel.labels[0], places.axisLeft, y, places.axisWidth / 2 - 4);
  context.textAlign = "right";
  context.fillText(panel.labels[1], right, y, places.axisWidth / 2 - 4);
  if (panel.ridges.some(({ zeros }) => zeros > 0)) {
    context.textAlign = "center";
    context.fillText("0", places.axisLeft - SIDE_SLOT / 2 - 3, y);
  }
  context.fillStyle = colors.line;
  if (panel.zeroAt !== null) {
    const x = places.axisLeft + (places.axisWidth * panel.zeroAt) / panel.bins;
    context.fillRect(x - 0.5, RIDGE_HEAD, 1, places.lastBase - RIDGE_HEAD);
  }
}

/** Filled with the ground, so that it hides what is behind it. */
function paintRidge(
  pen: RidgePen,
  panel: RidgePanel,
  ridge: Ridge,
  base: number,
  isActive: boolean,
): void {
  const { context, view, colors } = pen;
  const isShown = ridge.iteration === view.shown;
  const outline = outlineOf(view.places, panel, ridge, base);
  context.fillStyle = colors.ground;
  context.fill(outline);
  context.globalAlpha = isShown || isActive ? 0.55 : 0.18;
  context.fillStyle = colors.ridge;
  context.fill(outline);
  context.globalAlpha = 1;
  context.strokeStyle = isActive ? colors.focus : isShown ? colors.ink : colors.ridge;
  context.lineWidth = isShown || isActive ? 1.75 : 0.9;
  context.stroke(outline);
  paintSides(pen, ridge, base);
}

/**
 * Steps as high as the bins, from the first that holds something to the last; the fullest bin of
 * each ridge reaches its full height.
 */
function outlineOf(places: RidgePlaces, panel: RidgePanel, ridge: Ridge, base: number): Path2D {
  const path = new Path2D();
  const { shares } = ridge;
  const first = shares.findIndex((share) => share > 0);
  if (first < 0) return path;
  const end = shares.findLastIndex((share) => share > 0) + 1;
  const greatest = Math.max(...shares);
  const at = (bin: number): number => places.axisLeft + (bin * places.axisWidth) / panel.bins;
  path.moveTo(at(first), base);
  for (let bin = first; bin < end; bin += 1) {
    const y = base - ((shares[bin] as number) / greatest) * places.ridgeHeight;
    path.lineTo(at(bin), y);
    path.lineTo(at(bin + 1), y);
  }
  path.lineTo(at(end), base);
  path.closePath();
  return path;
}

/** What is in no bin: a bar of zeros at the left, a hatched one of NaN and infinity at the right. */
function paintSides(
  { context, view, colors, patterns }: RidgePen,
  ridge: Ridge,
  base: number,
): void {
  const { places } = view;
  if (ridge.zeros > 0) {
    const height = ridge.zeros * places.ridgeHeight;
    const x = places.axisLeft - SIDE_SLOT;
    context.fillStyle = colors.ground;
    context.fillRect(x, base - height, SIDE_SLOT - 2, height);
    context.strokeStyle = colors.faint;
    context.lineWidth = 0.9;
    context.strokeRect(x + 0.5, base - height, SIDE_SLOT - 3, height);
  }
  if (ridge.nonFinite > 0) {
    const height = Math.max(2, ridge.nonFinite * places.ridgeHeight);
    context.fillStyle = patterns.notFinite;
    context.fillRect(places.axisLeft + places.axisWidth + 2, base - height, SIDE_SLOT - 2, height);
  }
}
