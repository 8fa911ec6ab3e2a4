/** Where the cells of a flow map stand, in CSS pixels. */

export interface FlowPlaces {
  readonly left: number;
  readonly top: number;
  readonly rowHeight: number;
  readonly columnWidth: number;
  readonly rows: number;
  readonly columns: number;
}

export interface FlowCell {
  readonly row: number;
  readonly column: number;
}

/** Above the cells, for the mark of the shown iteration; below them, for the iterations. */
export const FLOW_HEAD = 16;
export const FLOW_FOOT = 18;
const LEAST_ROW = 4;
const MOST_ROW = 30;
const MOST_COLUMN = 26;
/** Two pixels a column: narrower ones would be a blur. */
const LEAST_COLUMN = 2;
const ROOMY_PX = 520;

/** Room for the names of the layers. */
function gutterOf(width: number): number {
  return width >= ROOMY_PX ? 108 : 74;
}

/** The height that so many rows need at least. */
export function leastHeight(rows: number): number {
  return FLOW_HEAD + rows * LEAST_ROW + FLOW_FOOT;
}

/** How many columns can be told apart. */
export function mostColumns(width: number): number {
  return Math.max(1, Math.floor((width - gutterOf(width)) / LEAST_COLUMN));
}

export function placeFlow(
  { rows, columns }: { readonly rows: number; readonly columns: number },
  width: number,
  height: number,
): FlowPlaces {
  const left = gutterOf(width);
  const room = (height - FLOW_HEAD - FLOW_FOOT) / Math.max(1, rows);
  return {
    left,
    top: FLOW_HEAD,
    rowHeight: Math.min(MOST_ROW, Math.max(LEAST_ROW, room)),
    columnWidth: Math.min(MOST_COLUMN, (width - left) / Math.max(1, columns)),
    rows,
    columns,
  };
}

/** The cell at a place; in the gutter or beyond the last column the nearest of its row. */
export function cellAt(places: FlowPlaces, x: number, y: number): FlowCell | null {
  const row = Math.floor((y - places.top) / places.rowHeight);
  if (row < 0 || row >= places.rows || places.columns === 0) return null;
  const column = Math.floor((x - places.left) / places.columnWidth);
  return { row, column: Math.min(places.columns - 1, Math.max(0, column)) };
}

/** The cell that an arrow key leads to; null for other keys. */
export function besideCell(places: FlowPlaces, cell: FlowCell, key: string): FlowCell | null {
  const { row, column } = cell;
  const [lastRow, lastColumn] = [places.rows - 1, places.columns - 1];
  switch (key) {
    case "ArrowLeft":
      return { row, column: Math.max(0, column - 1) };
    case "ArrowRight":
      return { row, column: Math.min(lastColumn, column + 1) };
    case "ArrowUp":
      return { row: Math.max(0, row - 1), column };
    case "ArrowDown":
      return { row: Math.min(lastRow, row + 1), column };
    case "Home":
      return { row, column: 0 };
    case "End":
      return { row, column: lastColumn };
    default:
      return null;
  }
}

/** Every how many rows there is room for a name of this height. */
export function nameStride({ rowHeight }: FlowPlaces, lineHeight: number): number {
  return Math.max(1, Math.ceil(lineHeight / rowHeight));
}
