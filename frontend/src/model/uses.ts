/** Where tensors are used: a shared weight in many places, most tensors in one. */

import type { Structure } from "../api/types";

/**
 * For each tensor how many places of the forward pass use it. A place is a call, or an op on its
 * own: a layer that looks at its weight twice is one place.
 */
export function countUses(structure: Structure): Int32Array {
  const uses = new Int32Array(structure.tensors.length);
  const lastPlace = new Int32Array(structure.tensors.length).fill(-1);
  for (const op of structure.ops) {
    if (op.phase !== "forward" || op.bookkeeping) continue;
    const place = op.call ?? structure.calls.length + op.id;
    for (const operand of op.operands) {
      if (lastPlace[operand] === place) continue;
      lastPlace[operand] = place;
      uses[operand] = (uses[operand] ?? 0) + 1;
    }
  }
  return uses;
}
