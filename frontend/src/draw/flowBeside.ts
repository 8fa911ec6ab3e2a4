/** Paints what stands beside a flow map: update ÷ weight on its band, and shares of units. */

import { penOn } from "./pen";
import { formatRatio, type FlowBeside } from "../model/flowBeside";
import { kindOf } from "../model/flowOverTime";
import { formatMeasure, formatPower, HEALTHY_RATIO } from "../model/flowScale";
import { FLOW_FOOT, FLOW_HEAD, type FlowPlaces } from "./flowPlaces";

export interface BesideView {
  readonly rows: readonly FlowBeside[];
  readonly places: FlowPlaces;
  /** The row that is pointed at in the map; -1 for none. */
  readonly active: number;
  readonly width: number;
  readonly height: number;
}

export interface BesideColors {
  readonly update: string;
  readonly band: string;
  readonly dead: string;
  readonly saturated: string;
  readonly ink: string;
  readonly faint: string;
  readonly ground: string;
  readonly danger: string;
}

const font = "10.5px system-ui, sans-serif";
/** Powers of ten at the ends of the ratio's axis. */
const AXIS = { from: -6, to: 0 } as const;
/** Room for the number right of each axis: `1.23×10⁻⁵`, `87.5 % dead`. */
const RATIO_PX = 58;
const SHARE_PX = 72;
const GAP_PX = 10;
const LEAST_ROW_FOR_NUMBERS = 9;

export function readBesideColors(element: Element): BesideColors {
  const style = getComputedStyle(element);
  const read = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    update: read("update"),
    band: read("update-soft"),
    dead: read("ink-faint"),
    saturated: read("forward"),
    ink: read("ink-soft"),
    faint: read("ink-faint"),
    ground: read("surface-sunken"),
    danger: read("danger"),
  };
}

export function drawFlowBeside(
  canvas: HTMLCanvasElement,
  view: BesideView,
  colors: BesideColors,
): void {
  const context = penOn(canvas, view);
  if (context === null) return;
  context.font = font;
  context.textBaseline = "middle";
  const bar = Math.max(20, (view.width - RATIO_PX - SHARE_PX - GAP_PX) / 2);
  const pen: BesidePen = { context, view, colors, bar };
  const second = bar + RATIO_PX + GAP_PX;
  paintHeads(pen, second);
  paintBand(pen);
  for (const row of view.rows.keys()) {
    paintRatio(pen, row);
    context.save();
    context.translate(second, 0);
    paintShare(pen, row);
    context.restore();
  }
}

interface BesidePen {
  readonly context: CanvasRenderingContext2D;
  readonly view: BesideView;
  readonly colors: BesideColors;
  /** The length of an axis; its number stands right of it. */
  readonly bar: number;
}

function placeOn(bar: number, ratio: number): number {
  const share = (Math.log10(ratio) - AXIS.from) / (AXIS.to - AXIS.from);
  return Math.min(1, Math.max(0, share)) * bar;
}

function middleOf({ places }: BesideView, row: number): number {
  return places.top + (row + 0.5) * places.rowHeight;
}

function paintHeads({ context, view, colors }: BesidePen, second: number): void {
  const hasUnits = view.rows.some(({ units }) => units !== null);
  context.fillStyle = colors.faint;
  context.textAlign = "left";
  context.fillText("update ÷ weight", 0, FLOW_HEAD / 2);
  if (hasUnits) context.fillText("dead or saturated", second, FLOW_HEAD / 2);
}

/** The band of usual updates, through all rows. */
function paintBand({ context, view, colors, bar }: BesidePen): void {
  const { places, rows } = view;
  const [from, to] = [placeOn(bar, HEALTHY_RATIO.from), placeOn(bar, HEALTHY_RATIO.to)];
  const bottom = places.top + rows.length * places.rowHeight;
  context.fillStyle = colors.ground;
  context.fillRect(0, places.top, bar, bottom - places.top);
  context.fillStyle = colors.band;
  context.fillRect(from, places.top, to - from, bottom - places.top);
  context.fillStyle = colors.faint;
  // Outwards from the edges of the band, which is narrower than two numbers.
  context.textAlign = "right";
  context.fillText(powerOf(HEALTHY_RATIO.from), from + 4, bottom + FLOW_FOOT / 2 + 1);
  context.textAlign = "left";
  context.fillText(powerOf(HEALTHY_RATIO.to), to - 4, bottom + FLOW_FOOT / 2 + 1);
}

function powerOf(edge: number): string {
  return formatPower(Math.round(Math.log10(edge)));
}

function paintRatio(pen: BesidePen, row: number): void {
  const { context, view, colors, bar } = pen;
  const { ratio } = view.rows[row] as FlowBeside;
  const y = middleOf(view, row);
  const kind = kindOf(ratio);
  const isUsual = ratio >= HEALTHY_RATIO.from && ratio <= HEALTHY_RATIO.to;
  const radius = Math.min(4, view.places.rowHeight / 2.4);
  context.fillStyle = context.strokeStyle = kind === "not-finite" ? colors.danger : colors.update;
  if (kind === "value") paintDot(context, placeOn(bar, ratio), y, radius, isUsual);
  // Zero has no place on the axis, nor has infinity: a bar at its left end, and one at its right.
  if (kind === "zero") context.fillRect(0, y - radius, 2, 2 * radius);
  if (kind === "not-finite") context.fillRect(bar - 3, y - radius, 3, 2 * radius);
  paintNumber(pen, row, formatRatio(ratio), kind === "not-finite");
}

/** Filled within the band, hollow outside of it: not by colour alone. */
function paintDot(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  radius: number,
  filled: boolean,
): void {
  context.beginPath();
  context.arc(Math.max(radius, x), y, radius, 0, 2 * Math.PI);
  context.lineWidth = 1.5;
  if (filled) context.fill();
  else context.stroke();
}

function paintShare(pen: BesidePen, row: number): void {
  const { context, view, colors, bar } = pen;
  const { units } = view.rows[row] as FlowBeside;
  if (units === null) return;
  const height = Math.min(9, view.places.rowHeight - 1);
  const top = middleOf(view, row) - height / 2;
  context.fillStyle = colors.ground;
  context.fillRect(0, top, bar, height);
  context.fillStyle = units.kind === "dead" ? colors.dead : colors.saturated;
  context.fillRect(0, top, units.share * bar, height);
  const letter = units.kind === "dead" ? "dead" : "sat.";
  paintNumber(pen, row, `${formatMeasure(units.kind, units.share)} ${letter}`, false);
}

function paintNumber(pen: BesidePen, row: number, text: string, isBad: boolean): void {
  const { context, view, colors, bar } = pen;
  if (view.places.rowHeight < LEAST_ROW_FOR_NUMBERS && row !== view.active) return;
  context.textAlign = "left";
  context.fillStyle = isBad ? colors.danger : colors.ink;
  context.fillText(text, bar + 6, middleOf(view, row), SHARE_PX - 6);
}
