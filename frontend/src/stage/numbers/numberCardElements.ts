/** The elements of a card large enough to show its numbers and how they were made. */

import type { Structure } from "../../api/types";
import { formatShape } from "../../model/format";
import type { Axis, Place } from "../../model/numberPanel";
import { isVisible, statisticsOf, tensorOf, valuesOf, type Tape } from "../../model/tape";
import { makeCardHead, setSelected, type StageElement } from "../cards/cardElements";
import { make, setAttribute, setClass, setText } from "../dom";
import { cell, indexInView, type NumberCard, type PlacedPanel, type Scroll } from "./numberCard";
import { NumberGrid, type Mark } from "./numberGrid";
import { marksOf, type Marks } from "./numberMarks";
import type { Half, NumberPointer } from "./numberPointer";
import {
  axisNames,
  panelName,
  readoutText,
  scrollText,
  seenPanels,
  wayOnText,
} from "./numberWords";
import type { Picture } from "../pictures/picture";
import type { Item } from "../scene/scene";
import { backwardState, forwardState } from "../flow/timing";
import { cardLabel, wordGradient } from "../cards/wording";

export function makeNumberCard(
  item: Item,
  card: NumberCard,
  half: Half,
  picture: Picture,
): StageElement {
  return new NumberCardElement(item, card, half, picture);
}

class NumberCardElement implements StageElement {
  readonly root: HTMLElement;
  private readonly grids: readonly NumberGrid[];
  private readonly scrolls: readonly { scroll: Scroll; text: HTMLElement }[];
  private readonly readout = make("div", "stage-readout");
  private readonly pointer: NumberPointer;
  private shown = "";
  private shownTape: Tape | null = null;
  private shownPalette: unknown = null;

  constructor(
    private readonly item: Item,
    private readonly card: NumberCard,
    private readonly half: Half,
    picture: Picture,
  ) {
    this.pointer = picture.pointer;
    this.root = make("div", `stage-card stage-card--${half} stage-numbers`);
    this.root.tabIndex = 0;
    this.root.setAttribute("role", "group");
    this.root.dataset[half === "forward" ? "card" : "gradientCard"] = item.key;
    this.root.append(
      makeCardHead(item, half === "forward" ? item.detail : `∂ ${item.detail}`.trim()),
    );
    const { structure } = picture.tape;
    this.grids = card.panels.map((placed, index) => this.addPanel(structure, placed, index));
    for (const { text, x, y } of card.signs) {
      const sign = make("span", "stage-sign", text);
      sign.style.cssText = `left:${String(x)}px;top:${String(y)}px`;
      this.root.append(sign);
    }
    const foot = make("div", "stage-foot");
    foot.style.top = `${String(card.footY)}px`;
    foot.style.left = `${String(card.footX)}px`;
    this.scrolls = card.scrolls.map((scroll) => ({ scroll, text: this.addScroll(foot, scroll) }));
    this.addWayOn(foot, structure);
    this.readout.setAttribute("aria-live", "polite");
    foot.append(this.readout);
    this.root.append(foot);
    this.root.addEventListener("pointerleave", () => this.leave());
  }

  update(picture: Picture): void {
    const { geometry, timing, tape, playhead, spot, around } = picture;
    const { root, item, half } = this;
    const { scene } = geometry;
    const state =
      half === "forward"
        ? forwardState(scene, timing, item.index, playhead)
        : backwardState(scene, tape, timing, item.index, playhead);
    setAttribute(root, "data-state", state);
    const [here, near] =
      half === "forward" ? [spot.cards, around.cards] : [spot.gradientCards, around.gradientCards];
    setSelected(root, here.has(item.index), near.has(item.index));
    const { tensor } = this.card.arithmetic.result;
    setClass(root, "is-changed", picture.changed.has(tensor));
    setAttribute(root, "aria-label", this.label(picture));
    if (half === "backward" && item.output !== null) {
      setAttribute(root, "data-look", wordGradient(tape, item.output, playhead).look);
    }
    this.showNumbers(picture);
  }

  private label({ tape, playhead }: Picture): string {
    const { tensor } = this.card.arithmetic.result;
    const visible = isVisible(tape, tensor, playhead);
    return this.half === "forward"
      ? cardLabel(tape.structure, this.item, visible)
      : `Gradient of ${this.item.name}, ${visible ? "computed" : "not computed yet"}`;
  }

  /** Only when something has changed: a repaint comes with every step of the camera. */
  private showNumbers(picture: Picture): void {
    const { tape, playhead, colors } = picture;
    const seen = seenPanels(this.card, tape, playhead);
    const now = `${seen.join()} ${String(this.pointer.version)}`;
    const same = this.shownTape === tape && this.shownPalette === colors.palette;
    if (same && this.shown === now) return;
    [this.shown, this.shownTape, this.shownPalette] = [now, tape, colors.palette];
    const place = this.pointer.placeOf(this.item.key, this.half);
    const marks = marksOf(this.card, this.item.key, this.half, this.pointer.pointed, tape);
    for (const [index, grid] of this.grids.entries()) {
      this.showGrid(grid, index, seen[index] === true, place, marks, picture);
    }
    for (const { scroll, text } of this.scrolls) setText(text, scrollText(scroll, place));
    const readout = readoutText(this.card, marks, tape, seen.every(Boolean), picture.far);
    setText(this.readout, readout);
  }

  private showGrid(
    grid: NumberGrid,
    index: number,
    isSeen: boolean,
    place: Place,
    marks: Marks,
    { tape, colors }: Picture,
  ): void {
    const placed = this.card.panels[index] as PlacedPanel;
    const { panel } = placed;
    const stored = isSeen ? (valuesOf(tape, panel.tensor)?.values ?? null) : null;
    const statistics = stored === null ? null : statisticsOf(tape, panel.tensor);
    const at = (row: number, column: number): number => indexInView(placed, place, row, column);
    setClass(grid.root, "is-later", !isSeen);
    grid.show({
      top: Math.min(place[panel.rows], panel.rowCount - placed.rows),
      left: Math.min(place[panel.columns], panel.columnCount - placed.columns),
      palette: colors.palette,
      scale: Math.max(Math.abs(statistics?.min ?? 0), Math.abs(statistics?.max ?? 0)),
      read: (row, column) => stored?.[at(row, column)] ?? null,
      mark: (row, column): Mark => marks.of(index, at(row, column)),
    });
  }

  private addPanel(structure: Structure, placed: PlacedPanel, index: number): NumberGrid {
    const { panel, x, y } = placed;
    const id = `${this.half}-${this.item.key}-${String(index)}`.replace(":", "-");
    const name = panelName(structure, panel);
    const label = make("div", "stage-panel-name", name);
    label.dataset.tensor = String(panel.tensor);
    label.title = `${name} ${formatShape(tensorOf(structure, panel.tensor).shape)}`;
    const width = Math.max(66, placed.columns * cell.width + 8);
    label.style.cssText = `left:${String(x)}px;top:${String(y - 16)}px;max-width:${String(width)}px`;
    const grid = new NumberGrid(placed, id, {
      point: (row, column) => this.point(index, row, column),
      leave: () => this.leave(),
    });
    grid.root.setAttribute("aria-label", `Numbers of ${name}`);
    if (!placed.isResult) grid.root.dataset.tensor = String(panel.tensor);
    else grid.root.classList.add("is-result");
    this.root.append(label, grid.root);
    return grid;
  }

  private addScroll(foot: HTMLElement, scroll: Scroll): HTMLElement {
    const line = make("div", "stage-scroll");
    const text = make("span", "stage-scroll-text");
    const button = (sign: string, step: number): HTMLElement => {
      const element = make("button", "stage-scroll-button", sign);
      const way = step < 0 ? "Previous" : "Next";
      element.setAttribute("aria-label", `${way} ${axisNames[scroll.axis]}`);
      element.dataset.control = "";
      element.addEventListener("click", () => this.scrollBy(scroll, step));
      return element;
    };
    line.append(button("◂", -scroll.inView), text, button("▸", scroll.inView));
    foot.append(line);
    return text;
  }

  /** Where not all is in view, the rest is a click away: the Inspector has every number. */
  private addWayOn(foot: HTMLElement, structure: Structure): void {
    const first = foot.querySelector(".stage-scroll");
    if (first === null) return;
    const { tensor } = this.card.arithmetic.result;
    const way = make("button", "stage-way-on", wayOnText(structure, tensor));
    way.dataset.tensor = String(tensor);
    first.append(way);
  }

  private scrollBy({ axis, count, inView }: Scroll, step: number): void {
    const at = this.pointer.placeOf(this.item.key, this.half)[axis];
    const to = Math.max(0, Math.min(count - inView, at + step));
    this.pointer.scroll(this.item.key, this.half, axis, to);
  }

  private point(index: number, row: number, column: number): void {
    const placed = this.card.panels[index] as PlacedPanel;
    const { key } = this.item;
    this.bringIntoView(placed, row, column);
    const { matrix } = this.pointer.placeOf(key, this.half);
    this.pointer.point({
      tensor: placed.panel.tensor,
      index: placed.panel.indexAt(Math.min(matrix, placed.panel.matrixCount - 1), row, column),
      card: key,
      half: this.half,
      panel: index,
    });
  }

  /** Scrolls as far as needed for a cell to be in view. */
  private bringIntoView({ panel, rows, columns }: PlacedPanel, row: number, column: number): void {
    const place = this.pointer.placeOf(this.item.key, this.half);
    const follow = (axis: Axis, at: number, inView: number, count: number): void => {
      // What is in view whole does not scroll, though its neighbour on the same axis may.
      if (inView === count) return;
      const first = place[axis];
      const to = Math.max(at - inView + 1, Math.min(first, at));
      if (to !== first) this.pointer.scroll(this.item.key, this.half, axis, to);
    };
    follow(panel.rows, row, rows, panel.rowCount);
    follow(panel.columns, column, columns, panel.columnCount);
  }

  private leave(): void {
    const { pointed } = this.pointer;
    if (pointed?.card === this.item.key && pointed.half === this.half) this.pointer.point(null);
  }
}
