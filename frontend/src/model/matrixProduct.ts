/** Matrix products: which row and which column made a number. */

import type { Op, Structure, Tensor } from "../api/types";
import { plainName, type Arithmetic } from "./arithmetic";
import { broadcast } from "./broadcasting";
import { isWhole, panelOf, turnedPanel, type Axis, type Panel } from "./numberPanel";
import { tensorOf } from "./tape";

interface Factors {
  readonly left: number;
  readonly right: number;
  readonly added: number | null;
}

/** Left and right factor of an op that multiplies matrices, whatever it does besides. */
export function factorsOf(op: Op): Factors | null {
  const [first, second, third] = op.operands;
  switch (plainName(op)) {
    case "mm":
    case "bmm":
    case "mv":
      return first === undefined || second === undefined
        ? null
        : { left: first, right: second, added: null };
    case "addmm":
      // Scaled sums are rare, and their sum would have to be spelled otherwise.
      if (op.constants.alpha !== undefined || op.constants.beta !== undefined) return null;
      return first === undefined || second === undefined || third === undefined
        ? null
        : { left: second, right: third, added: first };
    default:
      return null;
  }
}

/** The product that made a tensor, or whose transpose the tensor is; null if none did. */
export function productOf(structure: Structure, op: Op, tensorId: number): Arithmetic | null {
  const within = transposedBy(structure, op);
  if (within === null) return untransposed(structure, op, tensorId);
  const inner = tensorOf(structure, within);
  const maker = inner.op === null ? undefined : structure.ops[inner.op];
  if (maker === undefined || !isWhole(structure, tensorId)) return null;
  const product = untransposed(structure, maker, within);
  return product === null ? null : transposed(product, tensorOf(structure, tensorId));
}

function untransposed(structure: Structure, op: Op, tensorId: number): Arithmetic | null {
  const factors = factorsOf(op);
  if (factors === null) return null;
  const { left, right, added } = factors;
  const used = added === null ? [left, right] : [left, right, added];
  if (![...used, tensorId].every((id) => isWhole(structure, id))) return null;
  const { shape } = tensorOf(structure, tensorId);
  const result = panelOf(tensorId, shape);
  const operands = [
    factorPanel(structure, left, ["row", "inner"]),
    factorPanel(structure, right, ["inner", "column"]),
  ];
  const bias = added === null ? null : broadcast(tensorOf(structure, added).shape, shape);
  if (added !== null)
    operands.push(panelOf(added, tensorOf(structure, added).shape, undefined, true));
  return {
    kind: "product",
    op,
    result,
    operands,
    sources(index) {
      const [matrix, row, column] = placeOf(result, index);
      const [a, b] = operands as [Panel, Panel];
      const inner = Array.from({ length: a.columnCount }, (_, k) => k);
      const sums = [
        inner.map((k) => a.indexAt(matrix, row, k)),
        inner.map((k) => b.indexAt(matrix, k, column)),
      ];
      return bias === null ? sums : [...sums, [bias(index)]];
    },
  };
}

function placeOf({ rowCount, columnCount }: Panel, index: number): [number, number, number] {
  const row = Math.floor(index / columnCount);
  return [Math.floor(row / rowCount), row % rowCount, index % columnCount];
}

/** (AB)ᵀ = BᵀAᵀ: the factors change places, and each is read as its transpose. */
function transposed(product: Arithmetic, tensor: Tensor): Arithmetic | null {
  const [left, right] = product.operands as [Panel, Panel];
  // What is added would have to be turned too; no gradient is made like that.
  if (product.operands.length > 2) return null;
  const result = panelOf(tensor.id, tensor.shape);
  return {
    ...product,
    result,
    operands: [
      { ...turnedPanel(right), rows: "row", columns: "inner" },
      { ...turnedPanel(left), rows: "inner", columns: "column" },
    ],
    sources(index) {
      const [matrix, row, column] = placeOf(result, index);
      const [a, b] = product.sources(product.result.indexAt(matrix, column, row));
      return [b ?? [], a ?? []];
    },
  };
}

/** The matrix whose transpose this op takes; null for other ops. */
export function transposedBy(structure: Structure, op: Op): number | null {
  const [operand] = op.operands;
  if (operand === undefined) return null;
  const rank = tensorOf(structure, operand).shape.length;
  if (plainName(op) === "t") return rank === 2 ? operand : null;
  if (plainName(op) !== "transpose" || rank < 2) return null;
  const turns = [op.constants.dim0, op.constants.dim1].map((dim) => (Number(dim) + rank) % rank);
  return turns.sort().join() === [rank - 2, rank - 1].sort().join() ? operand : null;
}

/**
 * A factor as the matrix it takes part as. What is only the transpose of something else is shown
 * as that: `fc1.weightᵀ` has a name and a place in the Inspector, the view of it has neither.
 */
function factorPanel(structure: Structure, id: number, axes: readonly [Axis, Axis]): Panel {
  let current = tensorOf(structure, id);
  let turned = false;
  while (current.name === null && current.role === "intermediate" && current.op !== null) {
    const op = structure.ops[current.op];
    const source = op === undefined ? null : transposedBy(structure, op);
    if (source === null || !isWhole(structure, source)) break;
    current = tensorOf(structure, source);
    turned = !turned;
  }
  const panel = panelOf(current.id, current.shape, axes);
  return turned ? turnedPanel(panel) : panel;
}
