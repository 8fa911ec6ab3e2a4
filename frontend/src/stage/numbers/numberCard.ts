/** Where the grids of numbers stand on a card that shows how its numbers were made. */

import type { Structure } from "../../api/types";
import { extentOf, plainName, type Arithmetic } from "../../model/arithmetic";
import { countOf, type Axis, type Panel, type Place } from "../../model/numberPanel";
import { arithmeticOf } from "../../model/provenance";
import { mostTerms } from "../../model/spelling";
import { tensorOf } from "../../model/tape";
import type { Size } from "../layout/measures";

export const cell: Size = { width: 52, height: 18 };
const padding = 10;
const headHeight = 28;
const labelHeight = 16;
const gap = 12;
/** Between two grids, where a sign stands. */
const signRoom = 26;
const controlHeight = 24;
const lineHeight = 15;
/** About so many pixels a character of the spelled sum takes. */
const characterWidth = 5.9;
const narrowest = 212;
/** Room for the scroll's buttons and for the way to the Inspector. */
const narrowestScrolled = 330;

export interface PlacedPanel {
  readonly panel: Panel;
  readonly isResult: boolean;
  /** Of the grid's corner, inside the card; the label stands above it. */
  readonly x: number;
  readonly y: number;
  /** How many rows and columns are in view. */
  readonly rows: number;
  readonly columns: number;
}

export interface PlacedSign {
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

/** An axis of which not all is in view, or the stack of matrices. */
export interface Scroll {
  readonly axis: Axis | "matrix";
  readonly count: number;
  readonly inView: number;
}

export interface NumberCard {
  readonly arithmetic: Arithmetic;
  readonly panels: readonly PlacedPanel[];
  readonly signs: readonly PlacedSign[];
  readonly scrolls: readonly Scroll[];
  /** From where the scrolls, and below them the spelled sum, stand: to the card's end. */
  readonly footX: number;
  readonly footY: number;
  readonly readoutHeight: number;
  readonly size: Size;
}

/** The cards of a tensor's value and of its gradient; no gradient, no second card. */
export interface NumberCards {
  readonly forward: NumberCard;
  readonly backward: NumberCard | null;
}

/** Most numbers along each axis: a product has three grids to show at once. */
function limitsOf({ kind }: Arithmetic): Readonly<Record<Axis, number>> {
  switch (kind) {
    case "product":
      return { row: 8, column: 8, inner: 8, innerColumn: 8 };
    case "elementwise":
    case "reduction":
      return { row: 10, column: 8, inner: 10, innerColumn: 8 };
    case "result":
      return { row: 12, column: 12, inner: 12, innerColumn: 12 };
  }
}

export function layOutNumberCards(structure: Structure, tensor: number): NumberCards {
  const gradient = tensorOf(structure, tensor).gradient ?? null;
  return {
    forward: layOutNumberCard(arithmeticOf(structure, tensor)),
    backward: gradient === null ? null : layOutNumberCard(arithmeticOf(structure, gradient)),
  };
}

function layOutNumberCard(arithmetic: Arithmetic): NumberCard {
  const limits = limitsOf(arithmetic);
  const place = (panel: Panel, x: number, y: number): PlacedPanel => ({
    panel,
    isResult: panel === arithmetic.result,
    x,
    y,
    rows: Math.min(panel.rowCount, limits[panel.rows]),
    columns: Math.min(panel.columnCount, limits[panel.columns]),
  });
  const panels = arrange(arithmetic, place);
  const right = Math.max(...panels.map((each) => each.x + each.columns * cell.width));
  const footY = Math.max(...panels.map((each) => each.y + each.rows * cell.height)) + 8;
  const scrolls = scrollsOf(arithmetic, limits);
  const width = Math.max(scrolls.length > 0 ? narrowestScrolled : narrowest, right + padding);
  const footX = footOf(panels, width);
  const readoutHeight = readoutLines(arithmetic, width - footX - padding) * lineHeight;
  const height = footY + scrolls.length * controlHeight + readoutHeight + padding;
  const signs = signsOf(arithmetic, panels);
  const foot = { footX, footY, readoutHeight };
  return { arithmetic, panels, signs, scrolls, ...foot, size: { width, height } };
}

/** Below the result, if that is wide enough: a small screen then shows both. */
function footOf(panels: readonly PlacedPanel[], width: number): number {
  const result = panels.find(({ isResult }) => isResult);
  const room = width - (result?.x ?? 0) - padding;
  return result !== undefined && room >= narrowestScrolled ? result.x : padding;
}

type PlacePanel = (panel: Panel, x: number, y: number) => PlacedPanel;

function arrange(arithmetic: Arithmetic, place: PlacePanel): PlacedPanel[] {
  if (arithmetic.kind === "product") return arrangeProduct(arithmetic, place);
  const [operand] = arithmetic.operands;
  const isColumnSum =
    arithmetic.kind === "reduction" && operand?.rows === "inner" && operand.columns === "column";
  return isColumnSum ? arrangeBelow(arithmetic, place) : arrangeBeside(arithmetic, place);
}

/** As on paper: the left factor left of the result, the right factor above it. */
function arrangeProduct({ operands, result }: Arithmetic, place: PlacePanel): PlacedPanel[] {
  const [left, right, added] = operands as [Panel, Panel, Panel?];
  const top = headHeight + labelHeight;
  const x = padding + place(left, 0, 0).columns * cell.width + gap;
  const above = place(right, x, top);
  let y = top + above.rows * cell.height + labelHeight + 2;
  const placed = [above];
  if (added !== undefined) {
    placed.push(place(added, x, y));
    y += cell.height + labelHeight + 2;
  }
  return [place(left, padding, y), ...placed, place(result, x, y)];
}

function arrangeBeside({ operands, result }: Arithmetic, place: PlacePanel): PlacedPanel[] {
  let x = padding;
  return [...operands, result].map((panel) => {
    const placed = place(panel, x, headHeight + labelHeight);
    x += placed.columns * cell.width + signRoom;
    return placed;
  });
}

/** A sum over rows stands under its columns. */
function arrangeBelow({ operands, result }: Arithmetic, place: PlacePanel): PlacedPanel[] {
  let y = headHeight + labelHeight;
  return [...operands, result].map((panel) => {
    const placed = place(panel, padding, y);
    y += placed.rows * cell.height + labelHeight + 2;
    return placed;
  });
}

const signNames: Readonly<Record<string, string>> = { add: "+", sub: "−", mul: "×", div: "÷" };

/** What stands between grids that lie side by side. */
function signsOf(arithmetic: Arithmetic, panels: readonly PlacedPanel[]): PlacedSign[] {
  const { kind, op } = arithmetic;
  if (kind !== "elementwise" || op === null) return [];
  return panels.slice(0, -1).map((before, index) => ({
    text: index === panels.length - 2 ? "→" : (signNames[plainName(op)] ?? ","),
    x: before.x + before.columns * cell.width + signRoom / 2,
    y: before.y + cell.height / 2,
  }));
}

function scrollsOf(arithmetic: Arithmetic, limits: Readonly<Record<Axis, number>>): Scroll[] {
  const axes: readonly Axis[] = ["row", "column", "inner", "innerColumn"];
  const scrolls: Scroll[] = [];
  const { matrixCount } = arithmetic.result;
  if (matrixCount > 1) scrolls.push({ axis: "matrix", count: matrixCount, inView: 1 });
  for (const axis of axes) {
    const count = extentOf(arithmetic, axis);
    if (count > limits[axis]) scrolls.push({ axis, count, inView: limits[axis] });
  }
  return scrolls;
}

/** Room for the longest sum that may have to be spelled: a card does not grow under the pointer. */
function readoutLines(arithmetic: Arithmetic, width: number): number {
  const [operand] = arithmetic.operands;
  const characters = 26 + charactersOf(arithmetic, operand);
  return Math.ceil((characters * characterWidth) / width);
}

const longestTerm = 10;

function charactersOfProduct(terms: number): number {
  return Math.min(terms, mostTerms) * (2 * longestTerm + 4) + longestTerm;
}

function charactersOf(
  { kind, operands, result, far }: Arithmetic,
  operand: Panel | undefined,
): number {
  switch (kind) {
    case "product":
      return charactersOfProduct(operand?.columnCount ?? 0);
    case "elementwise":
      return operands.length * (longestTerm + 12) + longestTerm;
    case "reduction": {
      const summed = countPlaces(operand) / Math.max(1, countPlaces(result));
      return Math.min(summed, mostTerms) * (longestTerm + 2) + longestTerm;
    }
    case "result":
      return charactersOfProduct(far?.(0)?.terms ?? 0);
  }
}

function countPlaces(panel: Panel | undefined): number {
  return panel === undefined ? 0 : countOf([panel.matrixCount, panel.rowCount, panel.columnCount]);
}

/** The stored number that a cell shows when one looks at this place. */
export function indexInView(
  { panel, rows, columns }: PlacedPanel,
  place: Place,
  row: number,
  column: number,
): number {
  const top = Math.min(place[panel.rows], panel.rowCount - rows);
  const left = Math.min(place[panel.columns], panel.columnCount - columns);
  const matrix = Math.min(place.matrix, panel.matrixCount - 1);
  return panel.indexAt(matrix, top + row, left + column);
}
