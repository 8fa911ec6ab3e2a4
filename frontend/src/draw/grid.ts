/** Any tensor as a small grid of cells, each of them one of its numbers. */

export interface Grid {
  readonly rows: number;
  readonly columns: number;
  /** For each cell, row by row, which of the values it shows; -1 is a gap between tiles. */
  readonly cells: Int32Array;
  readonly values: ArrayLike<number>;
  /** Greatest magnitude of all finite values, shown or not. */
  readonly scale: number;
  /** Whether rows of the tensor run as columns here, because it is much taller than wide. */
  readonly transposed: boolean;
}

export interface GridLimits {
  readonly rows: number;
  readonly columns: number;
}

const defaultLimits: GridLimits = { rows: 12, columns: 32 };
/** A matrix so many times taller than wide is laid on its side. */
const tallRatio = 2.5;

interface View {
  readonly rows: number;
  readonly columns: number;
  /** Index of the value in this row and column; -1 for none. */
  indexOf(row: number, column: number): number;
}

/** Folds any shape to two dimensions and picks as many of its numbers as the limits allow. */
export function gridOf(
  values: ArrayLike<number>,
  shape: readonly number[],
  limits: GridLimits = defaultLimits,
): Grid {
  const scale = greatestMagnitude(values);
  if (isMaps(shape))
    return { ...pick(tiles(shape, limits), values, limits), scale, transposed: false };
  const columns = shape.at(-1) ?? 1;
  const rows = columns === 0 ? 0 : values.length / columns;
  const transposed = rows > tallRatio * columns && rows > 4;
  const view: View = transposed
    ? { rows: columns, columns: rows, indexOf: (row, column) => column * columns + row }
    : { rows, columns, indexOf: (row, column) => row * columns + column };
  return { ...pick(view, values, limits), scale, transposed };
}

/** The numbers as a matrix with no more rows and columns than asked, from its first corner. */
export function cornerOf(
  values: ArrayLike<number>,
  shape: readonly number[],
  limits: GridLimits,
): Grid {
  const columns = shape.at(-1) ?? 1;
  const rows = columns === 0 ? 0 : values.length / columns;
  const shown = { rows: Math.min(rows, limits.rows), columns: Math.min(columns, limits.columns) };
  const view: View = { ...shown, indexOf: (row, column) => row * columns + column };
  return { ...pick(view, values, limits), scale: greatestMagnitude(values), transposed: false };
}

function greatestMagnitude(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    const magnitude = Math.abs(values[i] as number);
    if (magnitude > most && magnitude < Infinity) most = magnitude;
  }
  return most;
}

/** Samples of channels of maps: shown as tiles. */
function isMaps(shape: readonly number[]): boolean {
  return shape.length === 4 && (shape[2] as number) > 1 && (shape[3] as number) > 1;
}

/** Maps side by side, with a gap of one cell: channels of the first sample, then of the next. */
function tiles(shape: readonly number[], limits: GridLimits): View {
  const [samples, channels, height, width] = shape as [number, number, number, number];
  const [roomAcross, roomDown] = [limits.columns * 2, limits.rows * 2];
  const across = Math.max(
    1,
    Math.min(samples * channels, Math.floor((roomAcross + 1) / (width + 1))),
  );
  const down = Math.max(
    1,
    Math.min(Math.ceil((samples * channels) / across), Math.floor((roomDown + 1) / (height + 1))),
  );
  return {
    rows: down * (height + 1) - 1,
    columns: across * (width + 1) - 1,
    indexOf(row, column) {
      const [y, x] = [row % (height + 1), column % (width + 1)];
      const map = Math.floor(row / (height + 1)) * across + Math.floor(column / (width + 1));
      if (y === height || x === width || map >= samples * channels) return -1;
      return (map * height + y) * width + x;
    },
  };
}

function pick(
  view: View,
  values: ArrayLike<number>,
  limits: GridLimits,
): Omit<Grid, "scale" | "transposed"> {
  // Tiles may be finer than other grids: their gaps must not be lost.
  const rows = Math.min(
    view.rows,
    limits.rows * 2 > view.rows && view.rows > limits.rows ? view.rows : limits.rows,
  );
  const columns = Math.min(
    view.columns,
    limits.columns * 2 > view.columns && view.columns > limits.columns
      ? view.columns
      : limits.columns,
  );
  const cells = new Int32Array(rows * columns).fill(-1);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [top, bottom] = block(row, rows, view.rows);
      const [left, right] = block(column, columns, view.columns);
      cells[row * columns + column] = choose(view, values, top, bottom, left, right);
    }
  }
  return { rows, columns, cells, values };
}

function block(cell: number, cells: number, total: number): [number, number] {
  const from = Math.floor((cell * total) / cells);
  return [from, Math.max(from + 1, Math.floor(((cell + 1) * total) / cells))];
}

/** The block's first number; one that is not finite comes before any other: it must be seen. */
function choose(
  view: View,
  values: ArrayLike<number>,
  top: number,
  bottom: number,
  left: number,
  right: number,
): number {
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) {
      const index = view.indexOf(row, column);
      if (index >= 0 && !Number.isFinite(values[index] as number)) return index;
    }
  }
  return view.indexOf(top, left);
}
