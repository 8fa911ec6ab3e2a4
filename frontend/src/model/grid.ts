/** A tensor laid out as a matrix of rows and columns: its last two dimensions. */

export interface GridShape {
  rows: number;
  columns: number;
  /** Sizes of the dimensions before the last two; each is fixed at one index. */
  leading: readonly number[];
}

/** A vector stands upright; a scalar is one cell. */
export function gridShape(shape: readonly number[]): GridShape {
  if (shape.length === 0) return { rows: 1, columns: 1, leading: [] };
  if (shape.length === 1) return { rows: shape[0] as number, columns: 1, leading: [] };
  return {
    rows: shape.at(-2) as number,
    columns: shape.at(-1) as number,
    leading: shape.slice(0, -2),
  };
}

/** The place of a cell in the tensor's own numbers, counted in row-major order. */
export function flatIndex(
  grid: GridShape,
  fixed: readonly number[],
  row: number,
  column: number,
): number {
  let matrix = 0;
  grid.leading.forEach((size, dimension) => {
    matrix = matrix * size + (fixed[dimension] ?? 0);
  });
  return (matrix * grid.rows + row) * grid.columns + column;
}

/** The cell's index as PyTorch takes it. */
export function tensorIndex(
  shape: readonly number[],
  fixed: readonly number[],
  row: number,
  column: number,
): number[] {
  if (shape.length === 0) return [];
  if (shape.length === 1) return [row];
  return [...fixed, row, column];
}

export interface Span {
  from: number;
  to: number;
}

/** A part of the grid as the server's slice: `2,0:64,0:32`. */
export function sliceText(
  shape: readonly number[],
  fixed: readonly number[],
  rows: Span,
  columns: Span,
): string {
  const row = `${rows.from}:${rows.to}`;
  if (shape.length === 0) return "";
  if (shape.length === 1) return row;
  return [...fixed.map(String), row, `${columns.from}:${columns.to}`].join(",");
}

/** Which cells are to be drawn when `size` pixels from `offset` are in view, with a margin. */
export function visibleSpan(offset: number, size: number, cell: number, count: number): Span {
  const margin = 2;
  const from = Math.max(0, Math.floor(offset / cell) - margin);
  const to = Math.min(count, Math.ceil((offset + size) / cell) + margin);
  return { from: Math.min(from, count), to: Math.max(from, to) };
}

/** A column's width in pixels for these texts, in the matrix's type size. */
export function columnWidth(texts: readonly string[]): number {
  const longest = texts.reduce((most, text) => Math.max(most, [...text].length), 1);
  return Math.max(44, Math.round(longest * 6.7 + 16));
}

/** The width of each column so that the room ends between two, where not all fit into it. */
export function fittedWidth(least: number, room: number, count: number): number {
  if (least * count <= room) return least;
  return Math.max(least, room / Math.max(1, Math.floor(room / least)));
}

/** About `limit` of the values, evenly spread: enough to judge how wide they are written. */
export function sample(values: ArrayLike<number>, limit: number): number[] {
  const step = Math.max(1, Math.floor(values.length / limit));
  const picked: number[] = [];
  for (let index = 0; index < values.length; index += step) picked.push(values[index] as number);
  return picked;
}

export function indicesOf({ from, to }: Span): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

export interface Cell {
  row: number;
  column: number;
}

/** The cell that a key leads to, within the grid; null if it is no key of the grid. */
export function cellAfterKey(
  key: string,
  { row, column }: Cell,
  grid: GridShape,
  page: number,
): Cell | null {
  const moves: Record<string, Cell> = {
    ArrowUp: { row: row - 1, column },
    ArrowDown: { row: row + 1, column },
    ArrowLeft: { row, column: column - 1 },
    ArrowRight: { row, column: column + 1 },
    PageUp: { row: row - page, column },
    PageDown: { row: row + page, column },
    Home: { row, column: 0 },
    End: { row, column: grid.columns - 1 },
  };
  const move = moves[key];
  if (move === undefined) return null;
  return {
    row: Math.max(0, Math.min(grid.rows - 1, move.row)),
    column: Math.max(0, Math.min(grid.columns - 1, move.column)),
  };
}
