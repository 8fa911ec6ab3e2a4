/** A preview of a tensor: every so many-th number of it, and how to say so. */

import { formatCount } from "./format";

export interface Preview {
  /** "This file holds every 2nd row and every 4th column of it." */
  words: string;
  /** Between two stored indices, by dimension; 1 where every index is stored. */
  steps: readonly number[];
  rowStep: number;
  columnStep: number;
}

function ordinal(count: number): string {
  const teen = count % 100 >= 11 && count % 100 <= 13;
  const ending = teen ? undefined : { 1: "st", 2: "nd", 3: "rd" }[count % 10];
  return `${count}${ending ?? "th"}`;
}

function nameOf(dimension: number, dimensions: number): string {
  if (dimensions === 1) return "number";
  const fromEnd = dimensions - dimension;
  if (fromEnd === 1) return "column";
  return fromEnd === 2 ? "row" : `index of dimension ${dimension}`;
}

function inWords(steps: readonly number[]): string {
  const parts = steps.flatMap((step, dimension) =>
    step === 1 ? [] : [`every ${ordinal(step)} ${nameOf(dimension, steps.length)}`],
  );
  const last = parts.pop() ?? "a part";
  return parts.length === 0 ? last : `${parts.join(", ")} and ${last}`;
}

/** What of a tensor's shape a preview with these steps holds. */
export function previewOf(
  shape: readonly number[],
  { steps }: { steps: readonly number[] },
): Preview {
  const count = shape.reduce((product, size) => product * size, 1);
  return {
    words:
      `A preview: of these ${formatCount(count)} numbers ` +
      `this file holds ${inWords(steps)}. The statistics are of all of them.`,
    steps,
    rowStep: steps.length === 1 ? (steps[0] ?? 1) : (steps.at(-2) ?? 1),
    columnStep: steps.length < 2 ? 1 : (steps.at(-1) ?? 1),
  };
}
