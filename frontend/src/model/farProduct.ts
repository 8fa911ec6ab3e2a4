/** Matrix products whose factors are not kept whole: which lines of them make one number. */

import type { Op, Structure } from "../api/types";
import { broadcast } from "./broadcasting";
import type { Span } from "./grid";
import { factorsOf, transposedBy } from "./matrixProduct";
import { mostTerms } from "./spelling";
import { tensorOf } from "./tape";

/** A part of a row or of a column of a tensor. */
export interface Line {
  readonly tensor: number;
  /** Indices of the dimensions before the last two. */
  readonly fixed: readonly number[];
  readonly rows: Span;
  readonly columns: Span;
}

/** The lines that make one number: as much of them as is spelled. */
export interface FarProduct {
  /** Of the left factor, of the right one, and what is added, if anything is. */
  readonly lines: readonly [Line, Line, Line?];
  /** Of the whole sum. */
  readonly terms: number;
}

const only = (index: number): Span => ({ from: index, to: index + 1 });

/** What makes the number at these indices of a tensor; null if no product does. */
export function farProductOf(
  structure: Structure,
  tensorId: number,
  indices: readonly number[],
): FarProduct | null {
  const { op: maker, shape } = tensorOf(structure, tensorId);
  const op = maker === null ? undefined : structure.ops[maker];
  if (op === undefined) return null;
  const within = transposedBy(structure, op);
  if (within === null) return untransposed(structure, op, shape, indices);
  const inner = tensorOf(structure, within);
  const product = inner.op === null ? undefined : structure.ops[inner.op];
  if (product === undefined) return null;
  const turned = [...indices.slice(0, -2), ...indices.slice(-2).reverse()];
  return untransposed(structure, product, inner.shape, turned);
}

function untransposed(
  structure: Structure,
  op: Op,
  shape: readonly number[],
  indices: readonly number[],
): FarProduct | null {
  const factors = factorsOf(op);
  if (factors === null) return null;
  const { left, right, added } = factors;
  const terms = tensorOf(structure, left).shape.at(-1) ?? 0;
  const inner: Span = { from: 0, to: Math.min(terms, mostTerms) };
  const isVector = tensorOf(structure, right).shape.length === 1;
  const fixed = indices.slice(0, isVector ? -1 : -2);
  const row = indices.at(isVector ? -1 : -2) ?? 0;
  const column = isVector ? 0 : (indices.at(-1) ?? 0);
  const rowOfLeft = { tensor: left, fixed, rows: only(row), columns: inner };
  const columnOfRight = { tensor: right, fixed, rows: inner, columns: only(column) };
  if (added === null) return { lines: [rowOfLeft, columnOfRight], terms };
  const own = tensorOf(structure, added).shape;
  const at = broadcast(own, shape)(flat(shape, indices));
  return { lines: [rowOfLeft, columnOfRight, numberAt(added, own, at)], terms };
}

function flat(shape: readonly number[], indices: readonly number[]): number {
  return shape.reduce((at, size, dimension) => at * size + (indices[dimension] ?? 0), 0);
}

/** One number of what is added: a vector along the columns, or a matrix. */
function numberAt(tensor: number, shape: readonly number[], at: number): Line {
  const columns = shape.length < 2 ? 1 : (shape.at(-1) ?? 1);
  return { tensor, fixed: [], rows: only(Math.floor(at / columns)), columns: only(at % columns) };
}
