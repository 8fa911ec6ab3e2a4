/** Sums and means: which numbers went into one. */

import type { Op, Structure } from "../api/types";
import { plainName, type Arithmetic } from "./arithmetic";
import { countOf, isWhole, panelOf, type Panel } from "./numberPanel";
import { tensorOf } from "./tape";

/** The dimensions that an op sums over; null if it does not sum. */
function reducedDimensions(op: Op, rank: number): ReadonlySet<number> | null {
  if (plainName(op) !== "sum" && plainName(op) !== "mean") return null;
  const { dim } = op.constants;
  const named = typeof dim === "number" ? [dim] : Array.isArray(dim) ? dim.map(Number) : [];
  const all = Array.from({ length: rank }, (_, dimension) => dimension);
  return new Set(named.length === 0 ? all : named.map((each) => (each + rank) % rank));
}

export function reductionOf(structure: Structure, op: Op, tensorId: number): Arithmetic | null {
  const [operand] = op.operands;
  if (operand === undefined || ![operand, tensorId].every((id) => isWhole(structure, id))) {
    return null;
  }
  const { shape } = tensorOf(structure, operand);
  const reduced = reducedDimensions(op, shape.length);
  if (reduced === null) return null;
  const summed = summedBy(shape, reduced);
  const own = tensorOf(structure, tensorId).shape;
  const [rows, columns] = reducedAxes(shape.length, reduced);
  return {
    kind: "reduction",
    op,
    result: panelOf(tensorId, own, undefined, columns === "column"),
    operands: [panelOf(operand, shape, [rows, columns])],
    sources: (index) => [summed(index)],
  };
}

/** What is kept scrolls with the result, what is summed on its own. */
function reducedAxes(rank: number, reduced: ReadonlySet<number>): [Panel["rows"], Panel["rows"]] {
  if (rank < 2) return [reduced.size > 0 ? "inner" : "row", "innerColumn"];
  return [
    reduced.has(rank - 2) ? "inner" : "row",
    reduced.has(rank - 1) ? "innerColumn" : "column",
  ];
}

/** For a number of the result those of the operand, by one walk over the operand. */
function summedBy(
  shape: readonly number[],
  reduced: ReadonlySet<number>,
): (index: number) => readonly number[] {
  const kept = shape.map((size, dimension) => (reduced.has(dimension) ? 1 : size));
  const sums = Array.from({ length: countOf(kept) }, (): number[] => []);
  for (let index = 0; index < countOf(shape); index++) {
    let rest = index;
    let [at, stride] = [0, 1];
    for (let dimension = shape.length - 1; dimension >= 0; dimension--) {
      const size = shape[dimension] as number;
      if (!reduced.has(dimension)) at += (rest % size) * stride;
      stride *= kept[dimension] as number;
      rest = Math.floor(rest / size);
    }
    sums[at]?.push(index);
  }
  return (index) => sums[index] ?? [];
}
