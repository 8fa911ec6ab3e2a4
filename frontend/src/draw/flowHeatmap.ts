/** Paints a map of layers × iterations: colour for numbers, texture for what is none. */

import { penOn } from "./pen";
import { formatCount } from "../model/format";
import { kindOf, ticksOf, type FlowMap } from "../model/flowOverTime";
import type { FlowScale } from "../model/flowScale";
import { FLOW_FOOT, nameStride, type FlowCell, type FlowPlaces } from "./flowPlaces";
import { mix, parseColor, readPalette, toCss } from "./palette";
import { buildPatterns } from "./patterns";
import { buildRamp } from "./ramp";

export interface FlowView {
  readonly map: FlowMap;
  readonly scale: FlowScale;
  readonly places: FlowPlaces;
  /** The cell that is pointed at. */
  readonly active: FlowCell | null;
  /** The column of the iteration that is shown, and that iteration; -1 for none. */
  readonly shownColumn: number;
  readonly width: number;
  readonly height: number;
}

export interface FlowColors {
  /** The colour of a place on the scale. */
  readonly at: (scale: FlowScale, place: number) => string;
  readonly ink: string;
  readonly faint: string;
  readonly ground: string;
  readonly danger: string;
  readonly focus: string;
}

const font = "10.5px system-ui, sans-serif";
const NAME_HEIGHT = 12;
const TICK_PX = 76;

export function readFlowColors(element: Element): FlowColors {
  const style = getComputedStyle(element);
  const read = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const ramp = buildRamp(style.colorScheme === "dark");
  // What is as it should be has the colour of the band beside the map.
  const palette = { ...readPalette(element), zero: parseColor(read("update-soft")) };
  return {
    at: ({ kind }, place) =>
      kind === "band" ? toCss(mix(palette, place, 1)) : (ramp[Math.round(place * 255)] as string),
    ink: read("ink-soft"),
    faint: read("ink-faint"),
    ground: read("surface-sunken"),
    danger: read("danger"),
    focus: read("focus"),
  };
}

export function drawFlowHeatmap(
  canvas: HTMLCanvasElement,
  view: FlowView,
  colors: FlowColors,
): void {
  const context = penOn(canvas, view);
  if (context === null) return;
  const ratio = globalThis.devicePixelRatio;
  context.font = font;
  context.textBaseline = "middle";
  const pen: FlowPen = { context, ratio, view, colors };
  paintCells(pen);
  paintNames(pen);
  paintIterations(pen);
  paintMarks(pen);
}

interface FlowPen {
  readonly context: CanvasRenderingContext2D;
  readonly ratio: number;
  readonly view: FlowView;
  readonly colors: FlowColors;
}

type Box = [x: number, y: number, width: number, height: number];

/** Edges on whole device pixels: between cells that blend there would be lines. */
function boxOf({ view: { places }, ratio }: FlowPen, row: number, from: number, to: number): Box {
  const snap = (at: number): number => Math.round(at * ratio) / ratio;
  const x = snap(places.left + from * places.columnWidth);
  const y = snap(places.top + row * places.rowHeight);
  const gap = places.rowHeight > 9 ? 1 : 0;
  const right = snap(places.left + to * places.columnWidth);
  return [x, y, right - x, snap(places.top + (row + 1) * places.rowHeight) - y - gap];
}

function paintCells(pen: FlowPen): void {
  const { context, view, colors, ratio } = pen;
  const { map, scale, places } = view;
  const [zeros, notFinite] = [new Path2D(), new Path2D()];
  for (let row = 0; row < places.rows; row += 1) {
    context.fillStyle = colors.ground;
    context.fillRect(...boxOf(pen, row, 0, places.columns));
    for (let column = 0; column < places.columns; column += 1) {
      const value = map.cells[row * places.columns + column] as number;
      const kind = kindOf(value);
      if (kind === "absent") continue;
      if (kind === "not-finite") notFinite.rect(...boxOf(pen, row, column, column + 1));
      else if (kind === "zero" && scale.zeroApart)
        zeros.rect(...boxOf(pen, row, column, column + 1));
      else {
        context.fillStyle = colors.at(scale, scale.place(value));
        context.fillRect(...boxOf(pen, row, column, column + 1));
      }
    }
  }
  const patterns = buildPatterns(context, ratio, { zero: colors.faint, danger: colors.danger });
  context.fillStyle = patterns.zero;
  context.fill(zeros);
  context.fillStyle = patterns.notFinite;
  context.fill(notFinite);
  paintAbsent(pen);
}

/** A dashed line through all that was not measured. */
function paintAbsent(pen: FlowPen): void {
  const { context, view, colors } = pen;
  const { map, places } = view;
  context.strokeStyle = colors.faint;
  context.lineWidth = 1;
  context.setLineDash([3, 3]);
  context.beginPath();
  for (let row = 0; row < places.rows; row += 1) {
    for (let column = 0; column < places.columns; column += 1) {
      if (kindOf(map.cells[row * places.columns + column] as number) !== "absent") continue;
      const [x, y, width, height] = boxOf(pen, row, column, column + 1);
      context.moveTo(x, y + height / 2);
      context.lineTo(x + width, y + height / 2);
    }
  }
  context.stroke();
  context.setLineDash([]);
}

function paintNames({ context, view, colors }: FlowPen): void {
  const { map, places, active } = view;
  const stride = nameStride(places, NAME_HEIGHT);
  const last = places.rows - 1;
  context.textAlign = "right";
  for (const [row, { name }] of map.rows.entries()) {
    const isActive = active?.row === row;
    // The last name is always there: what stood too near gives way to it.
    const isTurn = row % stride === 0 && (row + stride <= last || row === last);
    if (!isTurn && row !== last && !isActive) continue;
    const isCovered = active !== null && !isActive && Math.abs(active.row - row) < stride;
    if (isCovered) continue;
    context.fillStyle = isActive ? colors.ink : colors.faint;
    const y = places.top + (row + 0.5) * places.rowHeight;
    context.fillText(shorten(context, name, places.left - 10), places.left - 7, y);
  }
}

/** The end of a name says more than its beginning. */
function shorten(context: CanvasRenderingContext2D, name: string, room: number): string {
  if (context.measureText(name).width <= room) return name;
  let kept = name;
  while (kept.length > 1 && context.measureText(`…${kept}`).width > room) kept = kept.slice(1);
  return `…${kept}`;
}

function paintIterations({ context, view, colors }: FlowPen): void {
  const { map, places } = view;
  const y = places.top + places.rows * places.rowHeight + FLOW_FOOT / 2 + 1;
  context.textAlign = "left";
  context.fillStyle = colors.faint;
  const about = (places.columns * places.columnWidth) / TICK_PX;
  for (const { column, iteration } of ticksOf(map, about)) {
    const text = formatCount(iteration);
    const x = places.left + column * places.columnWidth;
    if (x + context.measureText(text).width <= view.width) context.fillText(text, x, y);
  }
}

/** A frame around the shown iteration, and one around the cell that is pointed at. */
function paintMarks(pen: FlowPen): void {
  const { context, view, colors } = pen;
  const { places, shownColumn, active } = view;
  if (shownColumn >= 0) {
    const [x, y, width] = boxOf(pen, 0, shownColumn, shownColumn + 1);
    const middle = x + width / 2;
    context.fillStyle = context.strokeStyle = colors.ink;
    context.beginPath();
    context.moveTo(middle - 5, y - 8);
    context.lineTo(middle + 5, y - 8);
    context.lineTo(middle, y - 1);
    context.fill();
    context.lineWidth = 1;
    context.strokeRect(x - 0.5, y - 0.5, width + 1, places.rows * places.rowHeight);
  }
  if (active === null) return;
  context.strokeStyle = colors.focus;
  context.lineWidth = 2;
  const [x, y, width, height] = boxOf(pen, active.row, active.column, active.column + 1);
  context.strokeRect(x - 1, y - 1, width + 2, height + 2);
}
