/** Draws cards and chips as the page shows them, for pictures that leave it. */

import { formatNumber } from "../../model/format";
import { isVisible, tensorOf, valuesOf } from "../../model/tape";
import { intersects } from "../camera/camera";
import { lossKind, lossValue, normLine } from "../cards/cardElements";
import { chipValue, partFor } from "../cards/chipElements";
import { makeCanvas } from "../dom";
import type { Drawing } from "../canvas/drawing";
import type { Rect } from "../layout/geometry";
import type { HeatmapQueue } from "../cards/heatmapQueue";
import type { Size } from "../layout/measures";
import type { Picture } from "./picture";
import type { Item } from "../scene/scene";
import { backwardState, forwardState, type CardState } from "../flow/timing";
import { chipName, chipShape, shapeOf, wordGradient, type GradientLook } from "../cards/wording";

const family = "system-ui, sans-serif";
const laterAlpha = 0.62;
const swatch: Size = { width: 22, height: 13 };

interface Line {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly color: string;
  readonly weight?: number;
  readonly align?: CanvasTextAlign;
  readonly room: number;
}

export class CardPicture {
  constructor(
    private readonly drawing: Drawing,
    private readonly picture: Picture,
    private readonly heatmaps: HeatmapQueue,
  ) {}

  /** Everything that lies within this part of the world; the drawing is in world coordinates. */
  draw(visible: Rect): void {
    const { geometry } = this.picture;
    const sees = (rect: Rect | null | undefined): rect is Rect =>
      rect != null && intersects(rect, visible);
    this.drawFrameTitles(sees);
    for (const item of geometry.scene.items) {
      const [card, gradient] = [geometry.cards[item.index], geometry.gradientCards[item.index]];
      if (sees(card)) this.drawForward(item, card);
      if (sees(gradient)) this.drawGradient(item, gradient);
      for (const [k, leaf] of item.leaves.entries()) {
        const [chip, below] = [
          geometry.chips[item.index]?.[k],
          geometry.gradientChips[item.index]?.[k],
        ];
        if (sees(chip)) this.drawLeaf(item, leaf, chip);
        if (sees(below)) this.drawGradientChip(item, leaf, below);
      }
    }
  }

  private drawFrameTitles(sees: (rect: Rect | undefined) => rect is Rect): void {
    const { geometry, colors } = this.picture;
    for (const { index, title } of geometry.scene.frames) {
      const halves = [
        [geometry.frames[index], title, colors.forward],
        [geometry.gradientFrames[index], `∂ ${title}`, colors.backward],
      ] as const;
      for (const [rect, text, color] of halves) {
        if (!sees(rect)) continue;
        const room = rect.width - 28;
        this.write({ text, x: rect.x + 14, y: rect.y + 15, size: 12, color, weight: 650, room });
      }
    }
  }

  private drawForward(item: Item, rect: Rect): void {
    const { geometry, tape, timing, playhead, colors, spot } = this.picture;
    const state = forwardState(geometry.scene, timing, item.index, playhead);
    const selected = spot.cards.has(item.index);
    if (item.kind === "loss") return this.drawLoss(item, rect, state, selected);
    const phase = item.kind === "input" ? colors.lineStrong : colors.forward;
    const missing = item.kind === "missing";
    this.drawBody(rect, missing ? colors.danger : phase, state, selected, missing);
    this.drawHead(item.name, item.detail, rect, state);
    if (missing) return;
    const shown =
      item.output !== null && isVisible(tape, item.output, playhead) ? item.output : null;
    this.drawHeatmap(shown, rect, phase, state);
    const shape = shapeOf(tape.structure, item.output);
    this.writeIn(rect, shape, 86, colors.inkSoft, 400, state);
  }

  private drawGradient(item: Item, rect: Rect): void {
    const { geometry, tape, timing, playhead, colors, spot, edges } = this.picture;
    const state = backwardState(geometry.scene, tape, timing, item.index, playhead);
    const selected = spot.gradientCards.has(item.index);
    const words = item.output === null ? null : wordGradient(tape, item.output, playhead);
    if (words === null) return;
    if (item.kind === "loss") return this.drawSeed(rect, words.tensor, words.text, state, selected);
    const missing = words.look === "none";
    const warned = words.look === "not-finite" ? colors.danger : colors.backward;
    const color = missing ? colors.lineStrong : warned;
    this.drawBody(rect, color, state, selected, missing);
    this.drawHead(item.name, item.detail === "" ? "∂" : `∂ ${item.detail}`, rect, state);
    this.drawHeatmap(words.tensor, rect, colors.backward, state);
    const shape = missing ? "" : shapeOf(tape.structure, item.output);
    this.writeIn(rect, shape, 86, colors.inkSoft, 400, state);
    this.writeIn(rect, normLine(words), 103, this.inkOf(words.look), missing ? 400 : 650, state);
    if ((edges.arrivals[item.index] as number) > 1) this.drawSum(rect, state);
  }

  private inkOf(look: GradientLook): string {
    const { colors } = this.picture;
    if (look === "not-finite") return colors.danger;
    return look === "value" ? colors.backward : colors.inkFaint;
  }

  /** The card's ground with the stripe of its phase. */
  private drawBody(
    rect: Rect,
    phase: string,
    state: CardState,
    selected: boolean,
    dashed: boolean,
  ): void {
    const { drawing } = this;
    const { colors } = this.picture;
    this.box(rect, 10);
    drawing.fillStyle = dashed ? colors.surface : phase;
    drawing.globalAlpha = state === "not-yet" && !dashed ? 0.35 : 1;
    drawing.fill();
    drawing.globalAlpha = 1;
    if (!dashed) {
      drawing.beginPath();
      drawing.roundRect(rect.x, rect.y + 3, rect.width, rect.height - 3, [7, 7, 10, 10]);
      drawing.fillStyle = state === "not-yet" ? colors.surface : colors.surfaceRaised;
      drawing.fill();
    }
    drawing.setLineDash(dashed ? [4, 4] : []);
    this.outline(rect, 10, dashed ? phase : state === "current" ? phase : colors.line, 1);
    drawing.setLineDash([]);
    if (state === "current") this.ring(rect, 12, phase, 3);
    if (selected) this.ring(rect, 13, colors.focus, 2);
  }

  private drawHead(name: string, detail: string, rect: Rect, state: CardState): void {
    const { colors } = this.picture;
    this.fade(state, () => {
      const [room, right] = [rect.width - 20, rect.x + rect.width - 10];
      const heading = { x: rect.x + 10, y: rect.y + 20, size: 14, color: colors.ink };
      const used = this.write({ ...heading, text: name, weight: 650, room });
      const left = room - used - 6;
      if (left > 14) {
        const small = { y: rect.y + 21, size: 10, color: colors.inkFaint, room: left };
        this.write({ ...small, text: detail, x: right, align: "right" });
      }
    });
  }

  private drawHeatmap(tensor: number | null, card: Rect, phase: string, state: CardState): void {
    const place = { x: card.x + 10, y: card.y + 32, width: card.width - 20, height: 40 };
    if (tensor !== null) this.drawNumbers(tensor, place);
    else {
      this.box(place, 3);
      this.drawing.fillStyle = this.picture.colors.surfaceSunken;
      this.drawing.fill();
    }
    this.drawing.globalAlpha = state === "not-yet" ? 0.15 : 0.55;
    this.outline(place, 3, phase, 1);
    this.drawing.globalAlpha = 1;
  }

  private drawNumbers(tensor: number, { x, y, width, height }: Rect): void {
    const canvas = makeCanvas("");
    this.heatmaps.request(canvas, tensor, { width, height });
    while (this.heatmaps.paint());
    if (canvas.width > 0) this.drawing.drawImage(canvas, x, y, width, height);
  }

  private drawLoss(item: Item, rect: Rect, state: CardState, selected: boolean): void {
    const { drawing } = this;
    const { tape, playhead, colors } = this.picture;
    const { structure } = tape;
    const number =
      item.output !== null && isVisible(tape, item.output, playhead)
        ? lossValue(this.picture)
        : null;
    const wrong = number !== null && !Number.isFinite(number);
    const edge = wrong ? colors.danger : state === "not-yet" ? colors.lineStrong : colors.ink;
    const radius = rect.width / 2;
    this.box(rect, radius);
    drawing.fillStyle = state === "not-yet" ? colors.surface : colors.surfaceRaised;
    drawing.fill();
    this.outline(rect, radius, edge, 2.5);
    if (state === "current") this.ring(rect, radius + 3, colors.forward, 3);
    if (selected) this.ring(rect, radius + 3, colors.focus, 2);
    const name = structure.tensors[item.output ?? -1]?.name ?? item.name;
    const text = number === null ? "?" : formatNumber(number);
    const middle = { x: rect.x + radius, align: "center" as const, room: 84 };
    const y = rect.y + radius;
    this.write({ ...middle, text: name, y: y - 22, size: 11, color: colors.inkSoft });
    const size = Math.min(22, 132 / text.length);
    this.write({
      ...middle,
      text,
      y,
      size,
      room: 100,
      weight: 750,
      color: wrong ? colors.danger : colors.ink,
    });
    const kind = lossKind(structure, item);
    this.write({ ...middle, text: kind, y: y + 21, size: 11, color: colors.inkSoft });
  }

  private drawSeed(
    rect: Rect,
    tensor: number | null,
    words: string,
    state: CardState,
    selected: boolean,
  ): void {
    const { drawing } = this;
    const { tape, colors } = this.picture;
    const number = tensor === null ? undefined : valuesOf(tape, tensor)?.values[0];
    this.box(rect, 23);
    drawing.fillStyle = colors.surfaceRaised;
    drawing.fill();
    drawing.globalAlpha = state === "not-yet" ? 0.3 : 1;
    this.outline(rect, 23, colors.backward, 1.5);
    drawing.globalAlpha = 1;
    if (state === "current") this.ring(rect, 26, colors.backward, 3);
    if (selected) this.ring(rect, 26, colors.focus, 2);
    const middle = { x: rect.x + rect.width / 2, align: "center" as const, size: 11, room: 84 };
    const y = rect.y + rect.height / 2;
    this.fade(state, () => {
      this.write({ ...middle, text: "∂loss/∂loss", y: y - 7, color: colors.inkSoft });
      const text = number === undefined ? words : formatNumber(number);
      this.write({ ...middle, text, y: y + 8, weight: 650, color: colors.backward });
    });
  }

  /** Where several gradients arrive and are added. */
  private drawSum(rect: Rect, state: CardState): void {
    const { drawing } = this;
    const { colors, geometry } = this.picture;
    const horizontal = geometry.orientation === "horizontal";
    const x = horizontal ? rect.x + rect.width : rect.x + rect.width / 2;
    const y = horizontal ? rect.y + rect.height / 2 : rect.y + rect.height;
    drawing.beginPath();
    drawing.arc(x, y, 10, 0, 2 * Math.PI);
    drawing.fillStyle = state === "not-yet" ? colors.inkFaint : colors.backward;
    drawing.fill();
    const look = { size: 12, weight: 700, color: colors.surfaceRaised, room: 20 };
    this.write({ text: "Σ", x, y, align: "center", ...look });
  }

  private drawLeaf(item: Item, leaf: number, rect: Rect): void {
    const { tape, playhead, colors, spot } = this.picture;
    const { structure } = tape;
    const tensor = tensorOf(structure, leaf);
    const updated = structure.tensors.find((each) => each.role === "updated" && each.of === leaf);
    const isUpdated = updated !== undefined && isVisible(tape, updated.id, playhead);
    const shown = isUpdated ? updated.id : leaf;
    const name = chipName(structure, item, leaf);
    this.drawChip(rect, shown, name, chipShape(tensor), colors.inkSoft, spot.chips.has(shown));
    if (isUpdated) this.outline(rect, 12, colors.update, 1);
  }

  private drawGradientChip(item: Item, leaf: number, rect: Rect): void {
    const { tape, playhead, spot } = this.picture;
    const { structure } = tape;
    const name = chipName(structure, item, leaf).split(".").at(-1) ?? "";
    const words = wordGradient(tape, leaf, playhead);
    const part = partFor(this.picture, item, leaf);
    const partial = part !== null && isVisible(tape, part, playhead) ? part : null;
    const text = words.look === "none" ? "none" : chipValue(tape, partial, words.text);
    const look = partial !== null && words.look === "not-yet" ? "value" : words.look;
    const whole = tensorOf(structure, leaf).gradient ?? -1;
    const shown = partial ?? words.tensor;
    this.drawChip(rect, shown, `∂${name}`, text, this.inkOf(look), spot.chips.has(whole));
  }

  private drawChip(
    rect: Rect,
    tensor: number | null,
    name: string,
    value: string,
    color: string,
    selected: boolean,
  ): void {
    const { drawing } = this;
    const { colors } = this.picture;
    this.box(rect, 12);
    drawing.fillStyle = colors.surfaceSunken;
    drawing.fill();
    const y = rect.y + rect.height / 2;
    if (tensor !== null) this.drawNumbers(tensor, { x: rect.x + 6, y: y - 6.5, ...swatch });
    const right = rect.x + rect.width - 8;
    const used = this.write({
      text: value,
      x: right,
      y,
      size: 11,
      color,
      align: "right",
      room: 64,
    });
    const room = rect.width - used - 46;
    this.write({ text: name, x: rect.x + 32, y, size: 11, color: colors.ink, room });
    if (selected) this.ring(rect, 14, colors.focus, 2);
  }

  private writeIn(
    card: Rect,
    text: string,
    down: number,
    color: string,
    weight: number,
    state: CardState,
  ): void {
    const [x, y, room] = [card.x + 10, card.y + down, card.width - 20];
    this.fade(state, () => this.write({ text, x, y, size: 12, color, weight, room }));
  }

  private fade(state: CardState, draw: () => unknown): void {
    this.drawing.globalAlpha = state === "not-yet" ? laterAlpha : 1;
    draw();
    this.drawing.globalAlpha = 1;
  }

  private box({ x, y, width, height }: Rect, radius: number): void {
    this.drawing.beginPath();
    this.drawing.roundRect(x, y, width, height, radius);
  }

  private outline(rect: Rect, radius: number, color: string, width: number): void {
    this.box(rect, radius);
    this.drawing.strokeStyle = color;
    this.drawing.lineWidth = width;
    this.drawing.stroke();
  }

  private ring({ x, y, width, height }: Rect, radius: number, color: string, line: number): void {
    const around = { x: x - 3, y: y - 3, width: width + 6, height: height + 6 };
    this.outline(around, radius, color, line);
  }

  /** One line, cut with an ellipsis where it has no room; answers how wide it is. */
  private write(line: Line): number {
    const { drawing } = this;
    drawing.font = `${String(line.weight ?? 400)} ${line.size.toFixed(1)}px ${family}`;
    drawing.textAlign = line.align ?? "left";
    drawing.textBaseline = "middle";
    drawing.fillStyle = line.color;
    let { text } = line;
    while (text.length > 1 && drawing.measureText(text).width > line.room) {
      text = `${text.replace(/…$/, "").slice(0, -1)}…`;
    }
    if (text !== "") drawing.fillText(text, line.x, line.y);
    return drawing.measureText(text).width;
  }
}
