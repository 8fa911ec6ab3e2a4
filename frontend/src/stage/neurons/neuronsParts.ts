/** The parts of the neurons' picture: each an element that can be pointed at, focused and spoken. */

import { inkOn, mix, toCss, type Palette } from "../../draw/palette";
import type { DenseLayer, DenseNetwork } from "../../model/denseNetwork";
import { formatNumber } from "../../model/format";
import { tensorOf } from "../../model/tape";
import { setAttribute, setText } from "../dom";
import type { Rect } from "../layout/geometry";
import { lossRadius, unitRadius, type PlacedUnit, type PlacedWeight } from "./neuronsLayout";
import { wordNumber, type LineChoice, type NeuronsNumbers, type Sample } from "./neuronsNumbers";
import type { Picture } from "../pictures/picture";

export interface NeuronsMoment {
  readonly picture: Picture;
  readonly network: DenseNetwork;
  readonly numbers: NeuronsNumbers;
  readonly sample: Sample;
  readonly lines: LineChoice;
  /** The magnitudes that get the strongest colour. */
  readonly scales: { readonly activation: readonly number[]; readonly line: number };
}

export interface NeuronsPart {
  readonly root: SVGElement;
  update(moment: NeuronsMoment): void;
}

export function makeSvg<Name extends keyof SVGElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string | number>> = {},
): SVGElementTagNameMap[Name] {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}

function makePart(className: string): SVGGElement {
  return makeSvg("g", { class: `neurons-part ${className}`, role: "button", tabindex: -1 });
}

const noNumber = "var(--surface-sunken)";

function nameOf({ picture }: NeuronsMoment, tensor: number, otherwise: string): string {
  return tensorOf(picture.tape.structure, tensor).name ?? otherwise;
}

/** What the part is, for whoever cannot see it, and which tensor it opens. */
function tell(root: SVGElement, words: string, tensor: number, { picture }: NeuronsMoment): void {
  setAttribute(root, "aria-label", words);
  setAttribute(root, "data-tensor", String(tensor));
  const chips = picture.spot.chips;
  setAttribute(root, "aria-pressed", String(chips.has(tensor)));
}

/** Null where there is no number yet. */
export function fillOf(palette: Palette, value: number | null, scale: number): string | null {
  if (value === null) return null;
  return Number.isFinite(value) ? toCss(mix(palette, value, scale)) : toCss(palette.danger, 0.3);
}

/** Two digits, in smaller type where they take more room: it has to fit into a circle. */
export function unitText(value: number | null): { text: string; size: number } {
  const text = value === null ? "" : formatNumber(value, 2);
  return { text, size: Math.min(10, 52 / Math.max(1, text.length)) };
}

export function makeUnit(placed: PlacedUnit, layer: DenseLayer | null): NeuronsPart {
  const { column, unit, x, y } = placed;
  const root = makePart("neurons-unit");
  const circle = makeSvg("circle", { cx: x, cy: y, r: unitRadius });
  const text = makeSvg("text", { x, y: y + 3.5, "text-anchor": "middle" });
  root.append(circle, text);
  return {
    root,
    update(moment) {
      const { numbers, scales, network, sample, picture } = moment;
      const value = numbers.activation(column, unit);
      const scale = scales.activation[column] ?? 1;
      const { palette } = picture.colors;
      setAttribute(root, "data-state", value === null ? "not-yet" : "done");
      setAttribute(root, "data-current", numbers.isCurrent(column) ? "" : null);
      circle.style.fill = fillOf(palette, value, scale) ?? noNumber;
      text.style.fill =
        value === null || !Number.isFinite(value) ? "" : inkOn(mix(palette, value, scale));
      const written = unitText(value);
      setText(text, written.text);
      text.style.fontSize = `${String(written.size)}px`;
      const tensor = layer?.activations ?? network.input;
      const name = nameOf(moment, tensor, `layer ${String(column)}`);
      const row = sample === "mean" ? ":" : String(sample);
      const kind = sample === "mean" ? " mean" : "";
      tell(root, `${name}[${row}, ${String(unit)}]${kind} = ${wordNumber(value)}`, tensor, moment);
    },
  };
}

export function makeWeight({ layer, from, to }: PlacedWeight, dense: DenseLayer): NeuronsPart {
  const root = makePart("neurons-weight");
  const ends = { x1: from.x + unitRadius, y1: from.y, x2: to.x - unitRadius, y2: to.y };
  const line = makeSvg("line", { ...ends, class: "neurons-line" });
  // A thin line would be hard to hit.
  root.append(makeSvg("line", { ...ends, class: "neurons-reach" }), line);
  const place = dense.unitsFirst ? [to.unit, from.unit] : [from.unit, to.unit];
  return {
    root,
    update(moment) {
      const { numbers, lines, scales, picture } = moment;
      const value = numbers.weight(layer, to.unit, from.unit);
      const gradient = numbers.weightGradient(layer, to.unit, from.unit);
      const shown = lines === "weight" ? value : gradient;
      drawLine(line, lineLook(shown, scales.line, picture.colors.palette));
      const name = `${nameOf(moment, dense.weight, "weight")}[${place.join(", ")}]`;
      const words = `${name} = ${wordNumber(value)}, gradient ${wordNumber(gradient)}`;
      tell(root, words, dense.weight, moment);
    },
  };
}

export interface LineLook {
  readonly width: number;
  /** Null: the colour of what says nothing. */
  readonly color: string | null;
  readonly opacity: number;
  readonly dash: readonly number[];
}

/** Width and strength by the magnitude, colour by the sign: two ways to see the same. */
export function lineLook(value: number | null, scale: number, palette: Palette): LineLook {
  const isFinite = value !== null && Number.isFinite(value);
  const share = isFinite && scale > 0 ? Math.min(1, Math.abs(value) / scale) : 0;
  const end = value !== null && value < 0 ? palette.negative : palette.positive;
  const bad = value !== null && !isFinite;
  return {
    width: bad ? 2.5 : 0.7 + 4.8 * share,
    color: value === null || value === 0 ? null : toCss(bad ? palette.danger : end),
    opacity: value === null ? 0.45 : 0.28 + 0.62 * share,
    dash: value === null ? [3, 4] : value === 0 ? [1, 4] : bad ? [6, 3] : [],
  };
}

function drawLine({ style }: SVGElement, { width, color, opacity, dash }: LineLook): void {
  style.strokeWidth = `${width.toFixed(2)}px`;
  style.stroke = color ?? "var(--ink-faint)";
  style.strokeOpacity = opacity.toFixed(3);
  style.strokeDasharray = dash.length === 0 ? "none" : dash.join(" ");
}

/** The square of a unit's bias, at the circle's lower left. */
export function biasPlace({ x, y }: PlacedUnit): Rect {
  return { x: x - unitRadius - 1, y: y + unitRadius - 8, width: 11, height: 11 };
}

export const biasRadius = 2.5;

export function makeBias(placed: PlacedUnit, layer: number, bias: number): NeuronsPart {
  const root = makePart("neurons-bias");
  root.append(makeSvg("rect", { ...biasPlace(placed), rx: biasRadius }));
  const square = root.firstElementChild as SVGRectElement;
  return {
    root,
    update(moment) {
      const { numbers, lines, scales, picture } = moment;
      const value = numbers.bias(layer, placed.unit);
      const gradient = numbers.biasGradient(layer, placed.unit);
      const shown = lines === "weight" ? value : gradient;
      square.style.fill = fillOf(picture.colors.palette, shown, scales.line) ?? noNumber;
      const name = `${nameOf(moment, bias, "bias")}[${String(placed.unit)}]`;
      const words = `${name} = ${wordNumber(value)}, gradient ${wordNumber(gradient)}`;
      tell(root, words, bias, moment);
    },
  };
}

export function makeLoss(x: number, y: number, tensor: number): NeuronsPart {
  const root = makePart("neurons-loss");
  const value = makeSvg("text", { x, y: y + 9, "text-anchor": "middle", class: "neurons-large" });
  const name = makeSvg("text", { x, y: y - 13, "text-anchor": "middle", class: "neurons-name" });
  name.textContent = "loss";
  root.append(makeSvg("circle", { cx: x, cy: y, r: lossRadius }), name, value);
  return {
    root,
    update(moment) {
      const { loss } = moment.numbers;
      setAttribute(root, "data-state", loss === null ? "not-yet" : "done");
      setText(value, loss === null ? "?" : formatNumber(loss));
      tell(root, `loss = ${wordNumber(loss)}`, tensor, moment);
    },
  };
}
