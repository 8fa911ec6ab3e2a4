/** The classical picture of a small network: neurons, and lines for their weights. */

import type { DenseNetwork } from "../../model/denseNetwork";
import { hasModifier } from "../../model/keys";
import { tensorOf } from "../../model/tape";
import type { Structure } from "../../api/types";
import type { View, Viewport } from "../camera/camera";
import { make } from "../dom";
import { layOutNeurons, type NeuronsLayout } from "./neuronsLayout";
import {
  greatest,
  readNeurons,
  type LineChoice,
  type NeuronsNumbers,
  type Sample,
} from "./neuronsNumbers";
import {
  makeBias,
  makeLoss,
  makeSvg,
  makeUnit,
  makeWeight,
  type NeuronsMoment,
  type NeuronsPart,
} from "./neuronsParts";
import type { Picture } from "../pictures/picture";

/** Until the room is known. */
const usualAspect = 16 / 9;
/** About so many pixels a character of a heading takes. */
const characterWidth = 7;
const headingLine = 14;

export interface Heading {
  readonly text: string;
  /** The middle of its baseline. */
  readonly x: number;
  readonly y: number;
}

export class NeuronsView {
  readonly root = make("div", "stage-world neurons");
  layout: NeuronsLayout;
  /** Units, then the lines that leave them, then units again: how the arrow keys walk. */
  private columns: NeuronsPart[][] = [];
  private parts: NeuronsPart[] = [];

  constructor(
    private readonly network: DenseNetwork,
    private readonly structure: Structure,
    /** Told of the part under the pointer or the focus; null for none. */
    private readonly pointed: (part: SVGElement | null) => void,
  ) {
    this.layout = layOutNeurons(network, usualAspect);
    this.build();
    // Not on the drawing: Chromium lets the Tab key stop at one that listens for the focus.
    const { root } = this;
    root.addEventListener("pointerover", ({ target }) => this.pointed(partOf(target)));
    root.addEventListener("pointerleave", () => this.pointed(partOf(document.activeElement)));
    root.addEventListener("focusin", ({ target }) => this.focus(partOf(target)));
    root.addEventListener("focusout", () => this.pointed(null));
    root.addEventListener("keydown", (event) => this.press(event));
  }

  /** Takes the shape of the room, except under somebody's hands. */
  shapeFor({ width, height }: Viewport): void {
    if (this.root.contains(document.activeElement)) return;
    const layout = layOutNeurons(this.network, width / Math.max(1, height));
    if (JSON.stringify(layout.bounds) === JSON.stringify(this.layout.bounds)) return;
    this.layout = layout;
    this.build();
  }

  private build(): void {
    const { x, y, width, height } = this.layout.bounds;
    const svg = makeSvg("svg", { viewBox: [x, y, width, height].join(" "), width, height });
    svg.setAttribute("role", "group");
    svg.setAttribute("aria-label", "Neurons and weights");
    svg.style.cssText = `position:absolute;left:${String(x)}px;top:${String(y)}px;overflow:visible`;
    this.columns = [];
    this.parts = this.makeParts(this.structure);
    for (const { root } of this.parts) svg.append(root);
    for (const heading of this.makeHeadings(this.structure)) svg.append(heading);
    this.parts.find((part) => this.columns[0]?.includes(part))?.root.setAttribute("tabindex", "0");
    this.root.replaceChildren(svg);
  }

  paint(picture: Picture, view: View, sample: Sample, lines: LineChoice): void {
    const { x, y, scale } = view;
    this.root.style.transform = `translate(${String(x)}px, ${String(y)}px) scale(${String(scale)})`;
    const moment = this.momentOf(picture, sample, lines);
    for (const part of this.parts) part.update(moment);
  }

  /** All that the parts show of a picture. */
  momentOf(picture: Picture, sample: Sample, lines: LineChoice): NeuronsMoment {
    const { network } = this;
    const numbers = readNeurons(picture.tape, network, picture.playhead, sample);
    return { picture, network, numbers, sample, lines, scales: this.measure(numbers, lines) };
  }

  private measure(numbers: NeuronsNumbers, lines: LineChoice): NeuronsMoment["scales"] {
    const { columns, weights } = this.layout;
    const read = lines === "weight" ? numbers.weight : numbers.weightGradient;
    return {
      activation: columns.map((units, column) =>
        greatest(units.map(({ unit }) => numbers.activation(column, unit))),
      ),
      line: greatest(weights.map(({ layer, from, to }) => read(layer, to.unit, from.unit))),
    };
  }

  /** Lines below, units above them. */
  private makeParts(structure: Structure): NeuronsPart[] {
    const { columns, weights, loss } = this.layout;
    const { layers } = this.network;
    const lines = layers.map((dense, layer) =>
      weights.filter((weight) => weight.layer === layer).map((weight) => makeWeight(weight, dense)),
    );
    for (const [column, units] of columns.entries()) {
      const dense = layers[column - 1] ?? null;
      this.columns.push(
        units.flatMap((placed) => {
          const unit = makeUnit(placed, dense);
          const bias = dense?.bias ?? null;
          return bias === null ? [unit] : [unit, makeBias(placed, column - 1, bias)];
        }),
      );
      const leaving = lines[column];
      if (leaving !== undefined) this.columns.push(leaving);
    }
    if (structure.loss !== null) this.columns.push([makeLoss(loss.x, loss.y, structure.loss)]);
    return [
      ...lines.flat(),
      ...this.columns.filter((_, i) => i % 2 === 0 || i > 2 * layers.length).flat(),
    ];
  }

  private makeHeadings(structure: Structure): SVGElement[] {
    return this.headings(structure).map(({ text, x, y }) => {
      const heading = makeSvg("text", { x, y, class: "neurons-name", "text-anchor": "middle" });
      heading.textContent = text;
      return heading;
    });
  }

  /** The layers and their activations, below each other where columns are close. */
  headings(structure: Structure): Heading[] {
    const { columns, headingY, columnStep } = this.layout;
    return columns.flatMap((units, column) => {
      const words = this.headingOf(structure, column);
      const line = words.join(" · ");
      const x = units[0]?.x ?? 0;
      if (line.length * characterWidth < columnStep) return [{ text: line, x, y: headingY }];
      const lowest = headingY + 6 - (words.length - 1) * headingLine;
      return words.map((text, down) => ({ text, x, y: lowest + down * headingLine }));
    });
  }

  private headingOf(structure: Structure, column: number): string[] {
    const { input, layers } = this.network;
    const layer = layers[column - 1];
    const weight = layer === undefined ? null : tensorOf(structure, layer.weight).name;
    const name = weight?.replace(/\.?weight$/, "") ?? tensorOf(structure, input).name ?? "input";
    return [name, layer?.activation ?? ""].filter((word) => word !== "");
  }

  /** One stop of the Tab key; the arrow keys walk on from there. */
  private focus(part: SVGElement | null): void {
    if (part === null) return;
    for (const { root } of this.parts) {
      if (root.getAttribute("tabindex") === "0" && root !== part)
        root.setAttribute("tabindex", "-1");
    }
    part.setAttribute("tabindex", "0");
    this.pointed(part);
  }

  private press(event: KeyboardEvent): void {
    if (hasModifier(event)) return;
    const at = partOf(event.target);
    const column = this.columns.findIndex((parts) => parts.some(({ root }) => root === at));
    const row = this.columns[column]?.findIndex(({ root }) => root === at) ?? -1;
    if (row < 0) return;
    const next = this.after(event.key, column, row);
    if (next === null) return;
    event.preventDefault();
    event.stopPropagation();
    next?.root.focus();
  }

  /** The part that an arrow key leads to; undefined at the picture's edge, null for other keys. */
  private after(key: string, column: number, row: number): NeuronsPart | null | undefined {
    const at = (toColumn: number): NeuronsPart | undefined => {
      const [from, to] = [this.columns[column] ?? [], this.columns[toColumn] ?? []];
      // As far down as before, so that the way there and back is the same.
      return to[Math.round((row / Math.max(1, from.length - 1)) * (to.length - 1))];
    };
    switch (key) {
      case "ArrowUp":
        return this.columns[column]?.[row - 1];
      case "ArrowDown":
        return this.columns[column]?.[row + 1];
      case "ArrowLeft":
        return at(column - 1);
      case "ArrowRight":
        return at(column + 1);
      case "Home":
        return this.columns[0]?.[0];
      case "End":
        return this.columns.at(-1)?.[0];
      default:
        return null;
    }
  }
}

function partOf(target: EventTarget | null): SVGElement | null {
  return target instanceof Element ? target.closest<SVGElement>(".neurons-part") : null;
}
