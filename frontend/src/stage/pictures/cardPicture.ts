/** Draws cards and chips as the page shows them, for pictures that leave it. */

import { formatCount, formatNumber } from "../../model/format";
import { frozenParameters } from "../../model/interventions";
import { isVisible, tensorOf, valuesOf } from "../../model/tape";
import { isAside, shadeOf, type Figure } from "../cards/dressing";
import { intersects } from "../camera/camera";
import { lossKind, lossValue, normLine } from "../cards/cardElements";
import { chipValue, partFor } from "../cards/chipElements";
import { makeCanvas } from "../dom";
import type { Drawing } from "../canvas/drawing";
import type { Rect } from "../layout/geometry";
import type { HeatmapQueue } from "../cards/heatmapQueue";
import type { Size } from "../layout/measures";
import { CardPen } from "./cardPen";
import { NumberCardPicture } from "./numberCardPicture";
import type { Picture } from "./picture";
import type { Item } from "../scene/scene";
import { backwardState, forwardState, type CardState } from "../flow/timing";
import { chipName, chipShape, shapeOf, wordGradient, type GradientLook } from "../cards/wording";

const asideAlpha = 0.22;
const swatch: Size = { width: 18, height: 13 };
const lockWidth = 9;

interface Chip {
  /** Whose numbers its swatch shows. */
  readonly tensor: number | null;
  readonly name: string;
  readonly value: string;
  readonly color: string;
  readonly selected: boolean;
  /** In how many places it is used. */
  readonly uses?: number;
  readonly isFrozen?: boolean;
}

export class CardPicture {
  private readonly pen: CardPen;
  private readonly numbers: NumberCardPicture;

  constructor(
    private readonly drawing: Drawing,
    private readonly picture: Picture,
    private readonly heatmaps: HeatmapQueue,
  ) {
    this.pen = new CardPen(drawing, picture.colors);
    this.numbers = new NumberCardPicture(this.pen, picture);
  }

  /** Everything that lies within this part of the world; the drawing is in world coordinates. */
  draw(visible: Rect): void {
    const { geometry } = this.picture;
    const sees = (rect: Rect | null | undefined): rect is Rect =>
      rect != null && intersects(rect, visible);
    this.drawFrameTitles(sees);
    for (const item of geometry.scene.items) {
      const [card, gradient] = [geometry.cards[item.index], geometry.gradientCards[item.index]];
      if (sees(card)) this.dress("forward", item, null, card, () => this.drawForward(item, card));
      if (sees(gradient))
        this.dress("backward", item, null, gradient, () => this.drawGradient(item, gradient));
      for (const [k, leaf] of item.leaves.entries()) {
        const [chip, below] = [
          geometry.chips[item.index]?.[k],
          geometry.gradientChips[item.index]?.[k],
        ];
        if (sees(chip))
          this.dress("forward", item, leaf, chip, () => this.drawLeaf(item, leaf, chip));
        if (sees(below))
          this.dress("backward", item, leaf, below, () => this.drawGradientChip(item, leaf, below));
      }
    }
  }

  /** Draws a card or a chip with what it wears: dimmed aside of a trace, or a colour. */
  private dress(
    half: Figure["half"],
    { index, kind }: Item,
    leaf: number | null,
    rect: Rect,
    draw: () => void,
  ): void {
    const { pen, picture } = this;
    const figure = { half, item: index, leaf };
    pen.presence = isAside(picture, figure) ? asideAlpha : 1;
    pen.alpha = 1;
    draw();
    const shade = shadeOf(picture, figure);
    if (shade !== null && shade.from <= picture.playhead)
      pen.drawShade(rect, shade, kind === "loss");
    pen.presence = 1;
    pen.alpha = 1;
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
        this.pen.write({
          text,
          x: rect.x + 14,
          y: rect.y + 15,
          size: 12,
          color,
          weight: 650,
          room,
        });
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
    const ground = { phase: missing ? colors.danger : phase, state, selected, dashed: missing };
    this.pen.drawBody(rect, ground);
    this.pen.drawHead(item.name, item.detail, rect, state);
    if (missing) return;
    if (item.numbers !== null)
      return this.numbers.draw(item, item.numbers.forward, "forward", rect);
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
    this.pen.drawBody(rect, { phase: color, state, selected, dashed: missing });
    this.pen.drawHead(item.name, item.detail === "" ? "∂" : `∂ ${item.detail}`, rect, state);
    const grids = item.numbers?.backward ?? null;
    if (grids !== null) return this.numbers.draw(item, grids, "backward", rect);
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

  private drawHeatmap(tensor: number | null, card: Rect, phase: string, state: CardState): void {
    const place = { x: card.x + 10, y: card.y + 32, width: card.width - 20, height: 40 };
    if (tensor !== null) this.drawNumbers(tensor, place);
    else {
      this.pen.box(place, 3);
      this.drawing.fillStyle = this.picture.colors.surfaceSunken;
      this.drawing.fill();
    }
    this.pen.alpha = state === "not-yet" ? 0.15 : 0.55;
    this.pen.outline(place, 3, phase, 1);
    this.pen.alpha = 1;
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
    this.pen.box(rect, radius);
    drawing.fillStyle = state === "not-yet" ? colors.surface : colors.surfaceRaised;
    drawing.fill();
    this.pen.outline(rect, radius, edge, 2.5);
    if (state === "current") this.pen.ring(rect, radius + 3, colors.forward, 3);
    if (selected) this.pen.ring(rect, radius + 3, colors.focus, 2);
    const name = structure.tensors[item.output ?? -1]?.name ?? item.name;
    const text = number === null ? "?" : formatNumber(number);
    const middle = { x: rect.x + radius, align: "center" as const, room: 84 };
    const y = rect.y + radius;
    this.pen.write({ ...middle, text: name, y: y - 22, size: 11, color: colors.inkSoft });
    const size = Math.min(22, 132 / text.length);
    this.pen.write({
      ...middle,
      text,
      y,
      size,
      room: 100,
      weight: 750,
      color: wrong ? colors.danger : colors.ink,
    });
    const kind = lossKind(structure, item);
    this.pen.write({ ...middle, text: kind, y: y + 21, size: 11, color: colors.inkSoft });
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
    this.pen.box(rect, 23);
    drawing.fillStyle = colors.surfaceRaised;
    drawing.fill();
    this.pen.alpha = state === "not-yet" ? 0.3 : 1;
    this.pen.outline(rect, 23, colors.backward, 1.5);
    this.pen.alpha = 1;
    if (state === "current") this.pen.ring(rect, 26, colors.backward, 3);
    if (selected) this.pen.ring(rect, 26, colors.focus, 2);
    const middle = { x: rect.x + rect.width / 2, align: "center" as const, size: 11, room: 84 };
    const y = rect.y + rect.height / 2;
    this.pen.fade(state, () => {
      this.pen.write({ ...middle, text: "∂loss/∂loss", y: y - 7, color: colors.inkSoft });
      const text = number === undefined ? words : formatNumber(number);
      this.pen.write({ ...middle, text, y: y + 8, weight: 650, color: colors.backward });
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
    this.pen.write({ text: "Σ", x, y, align: "center", ...look });
  }

  private drawLeaf(item: Item, leaf: number, rect: Rect): void {
    const { tape, playhead, colors, spot, geometry } = this.picture;
    const { structure } = tape;
    const tensor = tensorOf(structure, leaf);
    const updated = structure.tensors.find((each) => each.role === "updated" && each.of === leaf);
    const isUpdated = updated !== undefined && isVisible(tape, updated.id, playhead);
    const shown = isUpdated ? updated.id : leaf;
    this.drawChip(rect, {
      tensor: shown,
      name: chipName(structure, item, leaf),
      value: chipShape(tensor),
      color: colors.inkSoft,
      selected: spot.chips.has(shown),
      uses: geometry.scene.uses[leaf] ?? 0,
      isFrozen: frozenParameters(structure).has(leaf),
    });
    if (isUpdated) this.pen.outline(rect, 12, colors.update, 1);
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
    this.drawChip(rect, {
      tensor: partial ?? words.tensor,
      name: `∂${name}`,
      value: text,
      color: this.inkOf(look),
      selected: spot.chips.has(whole),
    });
  }

  private drawChip(rect: Rect, chip: Chip): void {
    const { drawing } = this;
    const { colors } = this.picture;
    const { tensor, name, uses = 0, isFrozen = false } = chip;
    this.pen.box(rect, 12);
    drawing.fillStyle = colors.surfaceSunken;
    drawing.fill();
    const y = rect.y + rect.height / 2;
    if (tensor !== null) this.drawNumbers(tensor, { x: rect.x + 6, y: y - 6.5, ...swatch });
    const line = { y, size: 11, align: "right" as const, room: 64 };
    let right = rect.x + rect.width - 8;
    right -= this.pen.write({ ...line, text: chip.value, x: right, color: chip.color }) + 5;
    if (isFrozen) {
      this.drawLock(right - lockWidth, y);
      right -= lockWidth + 5;
    }
    if (uses > 1) {
      const text = `×${formatCount(uses)}`;
      right -= this.pen.write({ ...line, text, x: right, weight: 650, color: colors.forward }) + 5;
    }
    const place = { x: rect.x + 28, y, room: right - rect.x - 28, keepsEnd: true };
    this.pen.write({ text: name, ...place, size: 11, color: colors.ink });
    if (chip.selected) this.pen.ring(rect, 14, colors.focus, 2);
  }

  /** Of a parameter that updates leave out. */
  private drawLock(x: number, y: number): void {
    const { drawing, pen } = this;
    const { update } = this.picture.colors;
    pen.outline({ x: x + 2.25, y: y - 4.5, width: 4.5, height: 7 }, 2.25, update, 1.5);
    pen.box({ x, y: y - 1, width: lockWidth, height: 6.5 }, 1.5);
    drawing.fillStyle = update;
    drawing.fill();
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
    this.pen.fade(state, () => this.pen.write({ text, x, y, size: 12, color, weight, room }));
  }
}
