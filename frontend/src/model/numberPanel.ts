/** A tensor as a stack of matrices, of which one at a time can be looked at. */

import type { Structure, Tensor } from "../api/types";
import { tensorOf } from "./tape";

/** What a matrix runs along: panels that share an axis are scrolled together. */
export type Axis = "row" | "column" | "inner" | "innerColumn";

/** Where in a stack of matrices one looks. */
export type Place = Readonly<Record<Axis, number>> & { readonly matrix: number };

export interface Panel {
  readonly tensor: number;
  /** Whether the tensor's rows run as columns here: it is read as its transpose. */
  readonly turned: boolean;
  readonly rows: Axis;
  readonly columns: Axis;
  readonly rowCount: number;
  readonly columnCount: number;
  readonly matrixCount: number;
  /** The place of a number among the stored numbers of the tensor. */
  indexAt(matrix: number, row: number, column: number): number;
}

export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Whether the tape holds all numbers of a tensor, and not a preview or nothing. */
export function isWhole(structure: Structure, tensor: number): boolean {
  const slot = structure.tensors[tensor]?.slot ?? null;
  return slot !== null && structure.slots[slot]?.full === true;
}

/** The shape of what is stored: smaller than the tensor's own where it is a preview. */
export function storedShape(structure: Structure, tensor: Tensor): readonly number[] {
  const slot = tensor.slot === null ? undefined : structure.slots[tensor.slot];
  return slot?.shape ?? tensor.shape;
}

/** Where in its tensor a stored number stands: its own indices, though a preview leaves some out. */
export function indicesOfStored(structure: Structure, tensor: number, index: number): number[] {
  const { slot: number } = tensorOf(structure, tensor);
  const slot = number === null ? undefined : structure.slots[number];
  const indices: number[] = [];
  let rest = index;
  for (let dimension = (slot?.shape.length ?? 0) - 1; dimension >= 0; dimension--) {
    const size = slot?.shape[dimension] ?? 1;
    indices.unshift((rest % size) * (slot?.steps[dimension] ?? 1));
    rest = Math.floor(rest / size);
  }
  return indices;
}

/**
 * A panel of this shape. A vector is a row where it is `lying`, as a bias that is added to rows,
 * else it stands upright.
 */
export function panelOf(
  tensor: number,
  shape: readonly number[],
  axes: readonly [Axis, Axis] = ["row", "column"],
  lying = false,
): Panel {
  const matrix = shape.length === 1 ? (lying ? [1, ...shape] : [...shape, 1]) : [1, 1, ...shape];
  const [rowCount, columnCount] = matrix.slice(-2) as [number, number];
  return {
    tensor,
    turned: false,
    rows: axes[0],
    columns: axes[1],
    rowCount,
    columnCount,
    matrixCount: countOf(shape.slice(0, -2)),
    indexAt: (at, row, column) => (at * rowCount + row) * columnCount + column,
  };
}

/** The same numbers with rows and columns exchanged; the axes stay where they were. */
export function turnedPanel(panel: Panel): Panel {
  return {
    ...panel,
    turned: !panel.turned,
    rowCount: panel.columnCount,
    columnCount: panel.rowCount,
    indexAt: (matrix, row, column) => panel.indexAt(matrix, column, row),
  };
}
