/** Paints the strip along the depth of a network: one bar per layer, its height on a log axis. */

import { penOn } from "./pen";
import { formatNumber } from "../model/format";
import type { Decades, LayerNorm, SteepStep } from "../model/layerNorms";

export interface StripView {
  readonly norms: readonly LayerNorm[];
  /** The axis, and the steps that are worth a word, the steepest first. */
  readonly decades: Decades;
  readonly steep: readonly SteepStep[];
  readonly playhead: number;
  /** The layer that is pointed at; -1 for none. */
  readonly active: number;
  readonly width: number;
  readonly height: number;
  /** Without words where there is no room for any. */
  readonly bare: boolean;
}

export interface StripColors {
  readonly bar: string;
  readonly ink: string;
  readonly faint: string;
  readonly line: string;
  readonly ground: string;
  readonly danger: string;
}

/** Where the bars stand, in CSS pixels. */
export interface StripPlaces {
  readonly left: number;
  readonly top: number;
  readonly bottom: number;
  /** From the middle of one bar to the middle of the next. */
  readonly step: number;
  readonly barWidth: number;
}

const widestBar = 22;
/** A bar of the smallest norm is still a bar. */
const leastBar = 3;
const zeroHeight = 9;
const font = "10.5px system-ui, sans-serif";

export function placesOf(
  count: number,
  { width, height, bare }: Pick<StripView, "width" | "height" | "bare">,
): StripPlaces {
  const left = bare ? 0 : 46;
  const step = Math.max(0, width - left - (bare ? 0 : 12)) / Math.max(1, count);
  const barWidth = Math.max(Math.min(1, step), Math.min(widestBar, step * 0.62));
  return bare
    ? { left, top: 2, bottom: height - 2, step, barWidth }
    : { left, top: 17, bottom: height - 17, step, barWidth };
}

export function middleOf({ left, step }: StripPlaces, index: number): number {
  return left + (index + 0.5) * step;
}

/** The layer whose bar stands nearest to this place; -1 where there is none. */
export function layerAt(places: StripPlaces, count: number, x: number): number {
  if (count === 0 || places.step === 0 || x < places.left - 4) return -1;
  return Math.min(count - 1, Math.max(0, Math.floor((x - places.left) / places.step)));
}

export function readStripColors(element: Element): StripColors {
  const style = getComputedStyle(element);
  const read = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    bar: read("backward"),
    ink: read("ink-soft"),
    faint: read("ink-faint"),
    line: read("line"),
    ground: read("surface-raised"),
    danger: read("danger"),
  };
}

export function drawDepthStrip(
  canvas: HTMLCanvasElement,
  view: StripView,
  colors: StripColors,
): void {
  const context = penOn(canvas, view);
  if (context === null) return;
  context.font = font;
  const places = placesOf(view.norms.length, view);
  const pen: StripPen = { context, view, colors, places };
  if (!view.bare) paintAxis(pen);
  for (const index of view.norms.keys()) paintBar(pen, index);
  paintLine(pen);
  if (view.bare) return;
  paintFactors(pen);
  paintNames(pen);
}

interface StripPen {
  readonly context: CanvasRenderingContext2D;
  readonly view: StripView;
  readonly colors: StripColors;
  readonly places: StripPlaces;
}

function heightOf({ places, view: { decades } }: StripPen, norm: number): number {
  const share = (Math.log10(norm) - decades.from) / (decades.to - decades.from);
  return leastBar + share * (places.bottom - places.top - leastBar);
}

function isKnown({ knownFrom }: LayerNorm, playhead: number): boolean {
  return knownFrom >= 0 && knownFrom <= playhead;
}

/** The two ends of the axis, and a thin line at every power of ten that there is room for. */
function paintAxis(pen: StripPen): void {
  const { context, view, colors, places } = pen;
  const { decades } = view;
  const room = places.bottom - places.top;
  const stride = Math.max(1, Math.ceil((5 * (decades.to - decades.from)) / room));
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (let power = decades.from; power <= decades.to; power += stride) {
    context.fillStyle = colors.line;
    const y = Math.round(places.bottom - heightOf(pen, 10 ** power)) + 0.5;
    context.globalAlpha = 0.7;
    context.fillRect(places.left, y, view.width - places.left - 8, 0.75);
    context.globalAlpha = 1;
  }
  context.fillStyle = colors.faint;
  for (const power of [decades.from, decades.to]) {
    const y = places.bottom - heightOf(pen, 10 ** power);
    context.fillText(formatPower(power), places.left - 7, y);
  }
}

function formatPower(power: number): string {
  return power === 0 ? "1" : formatNumber(10 ** power, 1).replace(/^1×/, "");
}

function paintBar(pen: StripPen, index: number): void {
  const { context, view, colors, places } = pen;
  const layer = view.norms[index] as LayerNorm;
  const x = middleOf(places, index) - places.barWidth / 2;
  const at = (height: number): [number, number, number, number] => [
    x,
    places.bottom - height,
    places.barWidth,
    height,
  ];
  context.globalAlpha = 1;
  if (layer.flow.kind === "unreached") {
    context.fillStyle = colors.faint;
    paintDashes(context, x, places.bottom - 1, places.barWidth);
  } else if (!isKnown(layer, view.playhead)) {
    context.globalAlpha = 0.28;
    context.fillStyle = colors.bar;
    context.fillRect(...at(2));
  } else if (layer.flow.kind === "zero") paintZero(pen, at(zeroHeight));
  else if (layer.flow.kind === "not-finite") paintHatched(pen, at(places.bottom - places.top));
  else {
    context.fillStyle = colors.bar;
    context.globalAlpha = view.active === index || view.active < 0 ? 1 : 0.72;
    context.fillRect(...at(heightOf(pen, layer.flow.norm)));
  }
  context.globalAlpha = 1;
}

function paintDashes(context: CanvasRenderingContext2D, x: number, y: number, width: number): void {
  for (let dash = 0; dash < width; dash += 5) {
    context.fillRect(x + dash, y, Math.min(3, width - dash), 1.25);
  }
}

function paintZero(
  { context, colors, view }: StripPen,
  [x, y, width, height]: [number, number, number, number],
): void {
  context.strokeStyle = colors.faint;
  context.lineWidth = Math.min(1.25, width / 2);
  context.strokeRect(x + 0.6, y + 0.6, Math.max(0.5, width - 1.2), height - 1.2);
  if (view.bare || width < 7) return;
  context.fillStyle = colors.ink;
  context.textAlign = "center";
  context.fillText("0", x + width / 2, y - 7);
}

function paintHatched(
  { context, colors, view }: StripPen,
  [x, y, width, height]: [number, number, number, number],
): void {
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.fillStyle = context.strokeStyle = colors.danger;
  context.globalAlpha = 0.22;
  context.fillRect(x, y, width, height);
  context.globalAlpha = 1;
  context.lineWidth = 1.5;
  context.beginPath();
  for (let start = -height; start < width; start += 5) {
    context.moveTo(x + start, y + height);
    context.lineTo(x + start + height, y);
  }
  context.stroke();
  context.restore();
  if (view.bare || width < 12) return;
  context.fillStyle = colors.danger;
  context.textAlign = "center";
  context.fillText("NaN", x + width / 2, y - 7);
}

/** From the top of each bar to the next, where both are known. */
function paintLine(pen: StripPen): void {
  const { context, view, colors, places } = pen;
  context.strokeStyle = colors.ink;
  context.lineWidth = 1.25;
  context.lineJoin = "round";
  context.beginPath();
  let isDrawing = false;
  for (const [index, layer] of view.norms.entries()) {
    const isShown = isKnown(layer, view.playhead);
    const norm = isShown && layer.flow.kind === "value" ? layer.flow.norm : null;
    if (norm !== null) {
      const [x, y] = [middleOf(places, index), places.bottom - heightOf(pen, norm)];
      if (isDrawing) context.lineTo(x, y);
      else context.moveTo(x, y);
    }
    isDrawing = norm !== null;
  }
  context.stroke();
}

/** The steep steps in words, the steepest first: where two would overlap, the steeper stays. */
function paintFactors(pen: StripPen): void {
  const { context, view, colors, places } = pen;
  const taken: [number, number][] = [];
  context.font = `650 ${font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const { factor, index } of view.steep) {
    if (!areKnown(view, index)) continue;
    const short = `×${formatNumber(factor, 2)}`;
    // The steepest says of what it is the factor; the others are read alike.
    const [earlier, later] = [view.norms[index]?.name, view.norms[index + 1]?.name];
    const text =
      taken.length > 0 ? short : `${shorten(earlier ?? "")} ← ${shorten(later ?? "")}  ${short}`;
    const half = context.measureText(text).width / 2 + 5;
    const middle = places.left + (index + 1) * places.step;
    const x = Math.max(half, Math.min(view.width - half, middle));
    if (taken.some(([from, to]) => x - half < to && x + half > from)) continue;
    taken.push([x - half, x + half]);
    context.fillStyle = colors.danger;
    context.fillText(text, x, 7);
  }
  context.font = font;
}

function areKnown({ norms, playhead }: StripView, index: number): boolean {
  return [norms[index], norms[index + 1]].every(
    (layer) => layer !== undefined && isKnown(layer, playhead),
  );
}

/** Every name that fits beside the ones before it; the last layer's always. */
function paintNames(pen: StripPen): void {
  const { context, view, colors, places } = pen;
  context.textAlign = "center";
  context.textBaseline = "middle";
  const y = places.bottom + 10;
  const last = view.norms.length - 1;
  const widthOf = (index: number): number =>
    Math.min(context.measureText(view.norms[index]?.name ?? "").width, 96);
  const place = (index: number): [number, number] => {
    const half = widthOf(index) / 2;
    const x = Math.min(
      view.width - half - 6,
      Math.max(places.left + half - 4, middleOf(places, index)),
    );
    return [x - half, x + half];
  };
  const end = last < 0 ? Infinity : place(last)[0];
  let free = -Infinity;
  for (const index of view.norms.keys()) {
    // Measuring text takes long: not where even the middle of it is taken.
    if (index !== last && middleOf(places, index) < free) continue;
    const [from, to] = place(index);
    if (index !== last && (from < free || to + 8 > end)) continue;
    context.fillStyle = index === view.active ? colors.ink : colors.faint;
    context.fillText(shorten(view.norms[index]?.name ?? ""), (from + to) / 2, y, 96);
    free = to + 8;
  }
}

/** The end of a path says more than its beginning. */
function shorten(name: string): string {
  return name.length <= 18 ? name : `…${name.slice(-17)}`;
}
