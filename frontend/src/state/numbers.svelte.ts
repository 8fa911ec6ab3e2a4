/** Exact numbers of tensors that are too large to travel whole, fetched block by block. */

import { describeFailure, isAbort } from "../api/errors";
import type { NestedNumbers } from "../api/types";
import { toNumPy, toPython, type Nested } from "../model/copyText";
import type { GridShape, Span } from "../model/grid";
import { toNumber } from "../model/tape";
import { BlockCache } from "./blockCache";
import type { MatrixPart, TapeSource } from "./tapeSource";

const BLOCK_ROWS = 64;
const BLOCK_COLUMNS = 32;
const MOST_COPIED = 200_000;

/** Which matrix of which tensor of which iteration. */
export interface Matrix {
  source: TapeSource;
  iteration: number;
  tensor: number;
  shape: readonly number[];
  fixed: readonly number[];
  grid: GridShape;
}

function toNested(values: NestedNumbers): Nested {
  if (Array.isArray(values)) return values.map(toNested);
  return toNumber(typeof values === "boolean" ? Number(values) : values);
}

/** In row-major order. */
export function flatten(values: NestedNumbers): number[] {
  if (Array.isArray(values)) return values.flatMap(flatten);
  return [toNumber(typeof values === "boolean" ? Number(values) : values)];
}

function toRows(values: NestedNumbers, columns: number): number[][] {
  const numbers = flatten(values);
  const rows: number[][] = [];
  for (let at = 0; at < numbers.length; at += columns) rows.push(numbers.slice(at, at + columns));
  return rows;
}

export class NumbersState {
  /** Grows whenever numbers have arrived, so that whoever shows them reads again. */
  arrivals = $state(0);
  failure = $state<string | null>(null);
  readonly #blocks = new BlockCache();
  #fetching = new AbortController();

  /** Another tape is shown: what was fetched belongs to the one before. */
  clear(): void {
    this.#fetching.abort();
    this.#fetching = new AbortController();
    this.#blocks.clear();
    this.failure = null;
  }

  /** The number at a cell; undefined while it is under way. */
  at(matrix: Matrix, row: number, column: number): number | undefined {
    const block = this.#blocks.get(keyOf(matrix, row, column));
    return block?.[row % BLOCK_ROWS]?.[column % BLOCK_COLUMNS];
  }

  /** Fetches whatever of these cells is not here yet. */
  async request(matrix: Matrix, rows: Span, columns: Span): Promise<void> {
    const wanted: Promise<void>[] = [];
    const firstRow = Math.floor(rows.from / BLOCK_ROWS) * BLOCK_ROWS;
    const firstColumn = Math.floor(columns.from / BLOCK_COLUMNS) * BLOCK_COLUMNS;
    for (let row = firstRow; row < rows.to; row += BLOCK_ROWS) {
      for (let column = firstColumn; column < columns.to; column += BLOCK_COLUMNS) {
        if (!this.#blocks.has(keyOf(matrix, row, column))) {
          wanted.push(this.#fetch(matrix, row, column));
        }
      }
    }
    await Promise.all(wanted);
  }

  async #fetch(matrix: Matrix, row: number, column: number): Promise<void> {
    const key = keyOf(matrix, row, column);
    const { signal } = this.#fetching;
    this.#blocks.expect(key);
    const rows = { from: row, to: Math.min(row + BLOCK_ROWS, matrix.grid.rows) };
    const columns = { from: column, to: Math.min(column + BLOCK_COLUMNS, matrix.grid.columns) };
    try {
      const { source, tensor, iteration } = matrix;
      const part = partOf(matrix, rows, columns);
      const values = await source.readNumbers(iteration, tensor, part, signal);
      this.#blocks.set(key, toRows(values, columns.to - columns.from));
      this.failure = null;
      this.arrivals += 1;
    } catch (error) {
      this.#blocks.forget(key);
      if (!isAbort(error)) this.failure = describeFailure(error);
    }
  }

  /** Puts the shown matrix (a tensor of up to two dimensions: all of it) on the clipboard. */
  async copy(matrix: Matrix, dtype: string, style: "numpy" | "python"): Promise<string> {
    const { rows, columns } = matrix.grid;
    if (rows * columns > MOST_COPIED) return "Too many numbers";
    const part = partOf(matrix, { from: 0, to: rows }, { from: 0, to: columns });
    try {
      const { source, tensor, iteration } = matrix;
      const values = toNested(await source.readNumbers(iteration, tensor, part));
      const text = style === "numpy" ? toNumPy(values, dtype) : toPython(values, dtype);
      await navigator.clipboard.writeText(text);
      return "Copied";
    } catch (error) {
      return error instanceof DOMException ? "Not allowed" : describeFailure(error);
    }
  }
}

function partOf({ shape, grid, fixed }: Matrix, rows: Span, columns: Span): MatrixPart {
  return { shape, grid, fixed, rows, columns };
}

function keyOf(matrix: Matrix, row: number, column: number): string {
  const { source, iteration, tensor, fixed } = matrix;
  const block = [Math.floor(row / BLOCK_ROWS), Math.floor(column / BLOCK_COLUMNS)];
  return [source.key, iteration, tensor, ...fixed, ...block].join("/");
}
