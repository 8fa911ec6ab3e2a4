/** Ops that make each number from the numbers at the same place. */

import type { Op, Structure } from "../api/types";
import { plainName, type Arithmetic } from "./arithmetic";
import { broadcast, isBroadcastable } from "./broadcasting";
import { isSpelled } from "./elementwiseFormulas";
import { isWhole, panelOf, storedShape, type Panel } from "./numberPanel";
import { tensorOf } from "./tape";

const others = new Set(
  `acos asin atan ceil clamp clamp_min clamp_max cos cosh elu elu_backward erf expm1 floor gelu
  gelu_backward hardsigmoid hardswish hardtanh hardtanh_backward leaky_relu leaky_relu_backward
  log10 log1p log2 log_sigmoid_forward masked_fill mish mish_backward relu6 round selu sign silu
  silu_backward sin sinh softplus softplus_backward tan trunc where`.split(/\s+/),
);

export function isElementwise(op: Op): boolean {
  return others.has(plainName(op)) || isSpelled(op);
}

/** Operand after operand beside the result; null if the op does not work place by place. */
export function elementwiseOf(structure: Structure, op: Op, tensorId: number): Arithmetic | null {
  if (!isElementwise(op) || op.operands.length === 0) return null;
  if (!areKeptAlike(structure, op, tensorId)) return null;
  const shape = storedShape(structure, tensorOf(structure, tensorId));
  const shapes = op.operands.map((id) => storedShape(structure, tensorOf(structure, id)));
  if (!shapes.every((each) => isBroadcastable(each, shape))) return null;
  const partners = shapes.map((each) => broadcast(each, shape));
  const result = panelOf(tensorId, shape);
  return {
    kind: "elementwise",
    op,
    result,
    operands: op.operands.map((id, k) => operandPanel(id, shapes[k] ?? [], partners[k], result)),
    sources: (index) => partners.map((partner) => [partner(index)]),
  };
}

/** Whether all numbers are kept, or previews of equal tensors: those are thinned in the same way. */
function areKeptAlike(structure: Structure, op: Op, tensorId: number): boolean {
  const all = [...op.operands, tensorId];
  if (all.every((id) => isWhole(structure, id))) return true;
  const shapes = all.map((id) => tensorOf(structure, id));
  const looks = shapes.map((tensor) => [tensor.shape, storedShape(structure, tensor)].join("/"));
  return new Set(looks).size === 1 && shapes.every((tensor) => tensor.slot !== null);
}

/** In its own size, except for the stack that it lies in: that is the result's. */
function operandPanel(
  id: number,
  shape: readonly number[],
  partner: ((index: number) => number) | undefined,
  result: Panel,
): Panel {
  const panel = panelOf(id, shape, undefined, result.columnCount > 1);
  return {
    ...panel,
    matrixCount: result.matrixCount,
    indexAt: (matrix, row, column) => partner?.(result.indexAt(matrix, row, column)) ?? -1,
  };
}
