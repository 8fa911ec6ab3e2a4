/** Which arithmetic made the numbers of a tensor: known from the structure alone. */

import type { Structure } from "../api/types";
import type { Arithmetic } from "./arithmetic";
import { elementwiseOf } from "./elementwise";
import { farProductOf, type FarProduct } from "./farProduct";
import { productOf } from "./matrixProduct";
import { indicesOfStored, panelOf, storedShape } from "./numberPanel";
import { reductionOf } from "./reduction";
import { tensorOf } from "./tape";

/** Where nothing is known of how the numbers were made, or too few are kept, they stand alone. */
export function arithmeticOf(structure: Structure, tensorId: number): Arithmetic {
  const tensor = tensorOf(structure, tensorId);
  const op = tensor.op === null ? null : (structure.ops[tensor.op] ?? null);
  const known =
    op === null
      ? null
      : (productOf(structure, op, tensorId) ??
        elementwiseOf(structure, op, tensorId) ??
        reductionOf(structure, op, tensorId));
  const far = (index: number): FarProduct | null =>
    farProductOf(structure, tensorId, indicesOfStored(structure, tensorId, index));
  return (
    known ?? {
      kind: "result",
      op,
      result: panelOf(tensorId, storedShape(structure, tensor)),
      operands: [],
      sources: () => [],
      far: far(0) === null ? undefined : far,
    }
  );
}
