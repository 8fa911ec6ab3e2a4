/** Draws the grids of numbers of the closest level, for pictures that leave the page. */

import { inkOn, mix, toCss } from "../../draw/palette";
import { formatInCell } from "../../model/format";
import { statisticsOf, valuesOf } from "../../model/tape";
import type { Rect } from "../layout/geometry";
import { cell, indexInView, type NumberCard, type PlacedPanel } from "../numbers/numberCard";
import type { Mark } from "../numbers/numberGrid";
import { marksOf, type Marks } from "../numbers/numberMarks";
import type { Half } from "../numbers/numberPointer";
import { panelName, readoutText, scrollText, seenPanels } from "../numbers/numberWords";
import type { Item } from "../scene/scene";
import type { CardPen } from "./cardPen";
import type { Picture } from "./picture";

const readoutLine = 15;
const scrollLine = 24;

export class NumberCardPicture {
  constructor(
    private readonly pen: CardPen,
    private readonly picture: Picture,
  ) {}

  /** All that stands on the card below its head, as one looks at it on the page. */
  draw(item: Item, card: NumberCard, half: Half, rect: Rect): void {
    const { tape, playhead, pointer, far, colors } = this.picture;
    const seen = seenPanels(card, tape, playhead);
    const marks = marksOf(card, item.key, half, pointer.pointed, tape);
    for (const [index, placed] of card.panels.entries()) {
      const { x, y, columns } = placed;
      const text = panelName(tape.structure, placed.panel);
      const room = Math.max(66, columns * cell.width + 8);
      const label = { text, x: rect.x + x, y: rect.y + y - 8.5, size: 10.5, room };
      this.pen.write({ ...label, color: colors.inkSoft });
      this.drawGrid(item, half, placed, index, seen[index] === true, marks, rect);
    }
    for (const { text, x, y } of card.signs) {
      const place = { x: rect.x + x, y: rect.y + y, align: "center" as const, room: 40 };
      this.pen.write({ ...place, text, size: 14, color: colors.inkSoft });
    }
    const readout = readoutText(card, marks, tape, seen.every(Boolean), far);
    this.drawFoot(item, card, half, rect, readout);
  }

  private drawGrid(
    item: Item,
    half: Half,
    placed: PlacedPanel,
    index: number,
    isSeen: boolean,
    marks: Marks,
    card: Rect,
  ): void {
    const { pen } = this;
    const { tape, colors, pointer } = this.picture;
    const place = pointer.placeOf(item.key, half);
    const stored = isSeen ? (valuesOf(tape, placed.panel.tensor)?.values ?? null) : null;
    const statistics = stored === null ? null : statisticsOf(tape, placed.panel.tensor);
    const scale = Math.max(Math.abs(statistics?.min ?? 0), Math.abs(statistics?.max ?? 0));
    const [x, y] = [card.x + placed.x, card.y + placed.y];
    for (let row = 0; row < placed.rows; row++) {
      for (let column = 0; column < placed.columns; column++) {
        const at = indexInView(placed, place, row, column);
        const box = { x: x + column * cell.width, y: y + row * cell.height, ...cell };
        this.drawCell(box, stored?.[at] ?? null, scale, marks.of(index, at));
      }
    }
    const whole = {
      x,
      y,
      width: placed.columns * cell.width,
      height: placed.rows * cell.height,
    };
    const phase = half === "forward" ? colors.forward : colors.backward;
    pen.outline(whole, 3, placed.isResult ? phase : colors.lineStrong, placed.isResult ? 1.5 : 1);
  }

  private drawCell(box: Rect, value: number | null, scale: number, mark: Mark): void {
    const { pen } = this;
    const { colors } = this.picture;
    const { palette, surfaceSunken, danger } = colors;
    const isFinite = value !== null && Number.isFinite(value);
    const color = isFinite ? mix(palette, value, scale) : null;
    const bad = toCss(palette.danger, 0.22);
    pen.drawing.fillStyle = color === null ? (value === null ? surfaceSunken : bad) : toCss(color);
    pen.drawing.fillRect(box.x, box.y, box.width, box.height);
    if (value !== null) {
      const text = formatInCell(value);
      pen.write({
        text,
        x: box.x + box.width - 3,
        y: box.y + box.height / 2,
        // The longest are a little wider than a cell.
        size: text.length > 7 ? 9 : 10,
        color: color === null ? danger : inkOn(color),
        weight: mark === null ? 400 : 700,
        align: "right",
        room: box.width - 2,
      });
    }
    if (mark === null) return;
    const inner = { x: box.x + 1, y: box.y + 1, width: box.width - 2, height: box.height - 2 };
    pen.outline(inner, 0, mark === "source" ? colors.ink : colors.focus, 2);
  }

  private drawFoot(item: Item, card: NumberCard, half: Half, rect: Rect, readout: string): void {
    const { pen } = this;
    const { colors, pointer } = this.picture;
    const x = rect.x + card.footX;
    const room = rect.width - card.footX - 10;
    let y = rect.y + card.footY;
    const place = pointer.placeOf(item.key, half);
    for (const scroll of card.scrolls) {
      const line = { x, y: y + scrollLine / 2, size: 11, color: colors.inkSoft, room };
      pen.write({ ...line, text: scrollText(scroll, place) });
      y += scrollLine;
    }
    for (const text of pen.breakLines(readout, 11, room)) {
      pen.write({ text, x, y: y + readoutLine / 2, size: 11, color: colors.ink, room });
      y += readoutLine;
    }
  }
}
