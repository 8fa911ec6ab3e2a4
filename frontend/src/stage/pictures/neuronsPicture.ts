/** Draws neurons and their weights, for pictures that leave the page. */

import { inkOn, mix } from "../../draw/palette";
import { formatNumber } from "../../model/format";
import type { Drawing } from "../canvas/drawing";
import type { Rect } from "../layout/geometry";
import {
  lossRadius,
  unitRadius,
  type NeuronsLayout,
  type PlacedUnit,
  type PlacedWeight,
} from "../neurons/neuronsLayout";
import {
  biasPlace,
  biasRadius,
  fillOf,
  lineLook,
  unitText,
  type NeuronsMoment,
} from "../neurons/neuronsParts";
import type { Heading } from "../neurons/neuronsView";
import { CardPen } from "./cardPen";

/** From the baseline of a line of text up to its middle, in ems. */
const baselineToMiddle = 0.35;

export class NeuronsPicture {
  constructor(
    private readonly layout: NeuronsLayout,
    private readonly headings: readonly Heading[],
    private readonly moment: NeuronsMoment,
  ) {}

  get bounds(): Rect {
    return this.layout.bounds;
  }

  /** The drawing is in the coordinates of the layout. */
  draw(drawing: Drawing): void {
    const { colors } = this.moment.picture;
    const pen = new CardPen(drawing, colors);
    const { columns, weights } = this.layout;
    for (const weight of weights) this.drawWeight(drawing, weight);
    for (const unit of columns.flat()) this.drawUnit(pen, unit);
    for (const { text, x, y } of this.headings) {
      const middle = { x, y: y - 12 * baselineToMiddle, align: "center" as const, room: Infinity };
      pen.write({ ...middle, text, size: 12, weight: 600, color: colors.inkSoft });
    }
    if (this.moment.picture.tape.structure.loss !== null) this.drawLoss(pen);
  }

  private drawWeight(drawing: Drawing, { layer, from, to }: PlacedWeight): void {
    const { numbers, lines, scales, picture } = this.moment;
    const read = lines === "weight" ? numbers.weight : numbers.weightGradient;
    const { palette, inkFaint } = picture.colors;
    const look = lineLook(read(layer, to.unit, from.unit), scales.line, palette);
    drawing.beginPath();
    drawing.moveTo(from.x + unitRadius, from.y);
    drawing.lineTo(to.x - unitRadius, to.y);
    drawing.strokeStyle = look.color ?? inkFaint;
    drawing.lineWidth = look.width;
    drawing.lineCap = "round";
    drawing.globalAlpha = look.opacity;
    drawing.setLineDash(look.dash);
    drawing.stroke();
    drawing.setLineDash([]);
    drawing.globalAlpha = 1;
    drawing.lineCap = "butt";
  }

  private drawUnit(pen: CardPen, placed: PlacedUnit): void {
    const { numbers, scales, picture } = this.moment;
    const { colors } = picture;
    const { column, unit, x, y } = placed;
    const value = numbers.activation(column, unit);
    const scale = scales.activation[column] ?? 1;
    const isLater = value === null;
    circle(pen.drawing, x, y, unitRadius);
    pen.drawing.fillStyle = fillOf(colors.palette, value, scale) ?? colors.surfaceSunken;
    pen.drawing.fill();
    pen.drawing.strokeStyle = isLater ? colors.lineStrong : colors.forward;
    pen.drawing.lineWidth = numbers.isCurrent(column) ? 4 : 1.5;
    pen.drawing.setLineDash(isLater ? [3, 3] : []);
    pen.drawing.stroke();
    pen.drawing.setLineDash([]);
    const isFinite = value !== null && Number.isFinite(value);
    const color = isFinite ? inkOn(mix(colors.palette, value, scale)) : colors.ink;
    pen.write({ ...unitText(value), x, y, align: "center", room: Infinity, color });
    this.drawBias(pen, placed);
  }

  private drawBias(pen: CardPen, placed: PlacedUnit): void {
    const { numbers, lines, scales, network, picture } = this.moment;
    const layer = placed.column - 1;
    if ((network.layers[layer]?.bias ?? null) === null) return;
    const read = lines === "weight" ? numbers.bias : numbers.biasGradient;
    const { colors } = picture;
    const place = biasPlace(placed);
    pen.box(place, biasRadius);
    pen.drawing.fillStyle =
      fillOf(colors.palette, read(layer, placed.unit), scales.line) ?? colors.surfaceSunken;
    pen.drawing.fill();
    pen.outline(place, biasRadius, colors.inkFaint, 1);
  }

  private drawLoss(pen: CardPen): void {
    const { x, y } = this.layout.loss;
    const { colors } = this.moment.picture;
    const { loss } = this.moment.numbers;
    circle(pen.drawing, x, y, lossRadius);
    pen.drawing.fillStyle = colors.surfaceRaised;
    pen.drawing.fill();
    pen.drawing.strokeStyle = loss === null ? colors.lineStrong : colors.ink;
    pen.drawing.lineWidth = 2.5;
    pen.drawing.stroke();
    const middle = { x, align: "center" as const, room: 2 * lossRadius };
    const name = { size: 12, weight: 600, color: colors.inkSoft };
    pen.write({ ...middle, ...name, text: "loss", y: y - 17 });
    const text = loss === null ? "?" : formatNumber(loss);
    pen.write({ ...middle, text, y: y + 3, size: 18, weight: 750, color: colors.ink });
  }
}

function circle(drawing: Drawing, x: number, y: number, radius: number): void {
  drawing.beginPath();
  drawing.arc(x, y, radius, 0, 2 * Math.PI);
}
