/** The cells of one grid of numbers: DOM, so that they can be read, focused and spoken. */

import { inkOn, mix, toCss, type Palette } from "../../draw/palette";
import { formatInCell } from "../../model/format";
import { cellAfterKey } from "../../model/grid";
import { hasModifier } from "../../model/keys";
import { make, setAttribute, setText } from "../dom";
import type { PlacedPanel } from "./numberCard";

/** How a cell stands out: pointed at itself, what made it, or the same number elsewhere. */
export type Mark = "pointed" | "source" | "same" | null;

export interface GridLook {
  /** The first row and column in view. */
  readonly top: number;
  readonly left: number;
  readonly palette: Palette;
  /** The magnitude that gets the strongest colour. */
  readonly scale: number;
  /** Null: not computed yet, or not kept. */
  read(row: number, column: number): number | null;
  mark(row: number, column: number): Mark;
}

export interface GridHandlers {
  /** A person points at a number of the matrix, by pointer or by key; it may be out of view. */
  point(row: number, column: number): void;
  leave(): void;
}

export class NumberGrid {
  readonly root = make("div", "stage-grid");
  private readonly cells: HTMLElement[] = [];
  private active = { row: 0, column: 0 };
  private top = 0;
  private left = 0;

  constructor(
    private readonly placed: PlacedPanel,
    private readonly id: string,
    private readonly handlers: GridHandlers,
  ) {
    const { root } = this;
    const { panel, x, y, rows, columns } = placed;
    root.tabIndex = 0;
    root.setAttribute("role", "grid");
    root.setAttribute("aria-readonly", "true");
    root.setAttribute("aria-rowcount", String(panel.rowCount));
    root.setAttribute("aria-colcount", String(panel.columnCount));
    root.style.cssText = `left:${String(x)}px;top:${String(y)}px`;
    for (let row = 0; row < rows; row++) root.append(this.makeRow(row, columns));
    root.addEventListener("pointerover", (event) => this.over(event));
    root.addEventListener("focus", () => this.pointActive());
    root.addEventListener("blur", () => this.handlers.leave());
    root.addEventListener("keydown", (event) => this.press(event));
  }

  show(look: GridLook): void {
    const { rows, columns, panel } = this.placed;
    [this.top, this.left] = [look.top, look.left];
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const element = this.cells[row * columns + column] as HTMLElement;
        setAttribute(element, "aria-colindex", String(look.left + column + 1));
        if (column === 0) {
          setAttribute(
            element.parentElement as HTMLElement,
            "aria-rowindex",
            String(look.top + row + 1),
          );
        }
        showCell(element, look.read(row, column), look.mark(row, column), look);
      }
    }
    const pointed = this.cells.find((element) => element.dataset.mark === "pointed");
    setAttribute(this.root, "aria-activedescendant", pointed?.id ?? null);
    setAttribute(this.root, "data-cut", cutSides(look, rows, columns, panel));
  }

  private makeRow(row: number, columns: number): HTMLElement {
    const line = make("div", "stage-grid-row");
    line.setAttribute("role", "row");
    for (let column = 0; column < columns; column++) {
      const element = make("div", "stage-cell");
      element.id = `${this.id}-${String(row)}-${String(column)}`;
      element.setAttribute("role", "gridcell");
      element.dataset.cell = `${String(row)},${String(column)}`;
      this.cells.push(element);
      line.append(element);
    }
    return line;
  }

  private over({ target }: Event): void {
    const element =
      target instanceof HTMLElement ? target.closest<HTMLElement>("[data-cell]") : null;
    const [row, column] = (element?.dataset.cell ?? "").split(",").map(Number);
    if (row === undefined || column === undefined || element === null) return;
    this.active = { row: this.top + row, column: this.left + column };
    this.handlers.point(this.active.row, this.active.column);
  }

  private pointActive(): void {
    this.handlers.point(this.active.row, this.active.column);
  }

  private press(event: KeyboardEvent): void {
    if (hasModifier(event)) return;
    const { panel, rows } = this.placed;
    const grid = { rows: panel.rowCount, columns: panel.columnCount, leading: [] };
    const next = cellAfterKey(event.key, this.active, grid, rows);
    if (next === null) return;
    event.preventDefault();
    event.stopPropagation();
    this.active = next;
    this.pointActive();
  }
}

function showCell(
  element: HTMLElement,
  value: number | null,
  mark: Mark,
  { palette, scale }: GridLook,
): void {
  setText(element, value === null ? "" : formatInCell(value));
  if (mark === null) delete element.dataset.mark;
  else if (element.dataset.mark !== mark) element.dataset.mark = mark;
  const color = value === null || !Number.isFinite(value) ? null : mix(palette, value, scale);
  const bad = value !== null && color === null;
  const background = color === null ? (bad ? toCss(palette.danger, 0.22) : "") : toCss(color);
  if (element.dataset.tint === background) return;
  element.dataset.tint = background;
  element.style.background = background;
  element.style.color = color === null ? (bad ? toCss(palette.danger) : "") : inkOn(color);
}

/** On which sides the matrix goes on: an edge that fades says so. */
function cutSides(
  { top, left }: GridLook,
  rows: number,
  columns: number,
  panel: PlacedPanel["panel"],
): string | null {
  const sides: string[] = [];
  if (top > 0) sides.push("top");
  if (top + rows < panel.rowCount) sides.push("bottom");
  if (left > 0) sides.push("left");
  if (left + columns < panel.columnCount) sides.push("right");
  return sides.length === 0 ? null : sides.join(" ");
}
