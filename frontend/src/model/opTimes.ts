/** How long ops take: measured when it is asked for, and summed over those that belong together. */

import type { OpTimes, Phase, Structure } from "../api/types";
import { formatNumber } from "./format";

const phases: readonly Phase[] = ["forward", "backward", "update"];

/** Nanoseconds of the ops first..end. */
export function timeBetween({ nanoseconds }: OpTimes, first: number, end: number): number {
  let sum = 0;
  for (let op = first; op < end; op++) sum += nanoseconds[op] ?? 0;
  return sum;
}

export interface ItemTimes {
  /** By item, in nanoseconds; 0 where none of its ops ran in that pass. */
  readonly forward: Float64Array;
  readonly backward: Float64Array;
}

/** What each item took, forward and backward; `itemOfOp` is -1 for ops of no item. */
export function timesOfItems(
  structure: Structure,
  itemOfOp: Int32Array,
  count: number,
  times: OpTimes,
): ItemTimes {
  const forward = new Float64Array(count);
  const backward = new Float64Array(count);
  for (const { kind, subject, first_op: first, end_op: end } of structure.events) {
    if (kind === "forward_op") {
      for (let op = first; op < end; op++)
        add(forward, itemOfOp[op], timeBetween(times, op, op + 1));
    } else if (kind === "backward_node") {
      const op = structure.nodes[subject]?.op ?? -1;
      add(backward, itemOfOp[op], timeBetween(times, first, end));
    }
  }
  return { forward, backward };
}

function add(sums: Float64Array, item: number | undefined, nanoseconds: number): void {
  if (item !== undefined && item >= 0) sums[item] = (sums[item] as number) + nanoseconds;
}

/** `forward 0.21 ms · backward 0.4 ms · update 12 µs`: what all ops of each phase took. */
export function timesInWords(structure: Structure, times: OpTimes): string {
  const sums = new Map<Phase, number>();
  for (const { id, phase } of structure.ops) {
    sums.set(phase, (sums.get(phase) ?? 0) + (times.nanoseconds[id] ?? 0));
  }
  return phases
    .filter((phase) => sums.has(phase))
    .map((phase) => `${phase} ${formatDuration(sums.get(phase) ?? 0)}`)
    .join(" · ");
}

/** Nanoseconds in the unit that reads best: `820 ns`, `12.3 µs`, `4.56 ms`, `1.20 s`. */
export function formatDuration(nanoseconds: number): string {
  const units = ["ns", "µs", "ms", "s"];
  let [value, unit] = [nanoseconds, 0];
  while (value >= 999.5 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${formatNumber(Number(value.toPrecision(3)), 3)} ${units[unit] ?? ""}`;
}
