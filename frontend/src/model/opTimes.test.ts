import { describe, expect, it } from "vitest";
import type { OpTimes } from "../api/types";
import { squareTape } from "../../test/tapeBuilder";
import { formatDuration, timesInWords, timesOfItems } from "./opTimes";

const { structure } = squareTape().tape;
/** Every op takes a power of two, so that each sum says which ops are in it. */
const times: OpTimes = {
  iteration: 0,
  structure_hash: structure.hash,
  runs: 3,
  nanoseconds: structure.ops.map(({ id }) => 2 ** id),
};
const takenBy = (phase: string, node?: number): number =>
  structure.ops
    .filter((op) => op.phase === phase && (node === undefined || op.node === node))
    .reduce((sum, { id }) => sum + 2 ** id, 0);

describe("the time of an item", () => {
  const itemOfOp = new Int32Array(structure.ops.length).fill(-1);
  [itemOfOp[0], itemOfOp[1]] = [1, 2];

  it("is that of its ops forward, and that of the ops of its nodes backward", () => {
    const { forward, backward } = timesOfItems(structure, itemOfOp, 3, times);
    expect([...forward]).toEqual([0, 1, 2]);
    const nodes = structure.nodes;
    const [first, second] = [0, 1].map((op) => nodes.find((node) => node.op === op)?.id);
    expect([...backward]).toEqual([0, takenBy("backward", first), takenBy("backward", second)]);
  });
});

describe("times in words", () => {
  it("sum up each phase", () => {
    const told = timesInWords(structure, {
      ...times,
      nanoseconds: times.nanoseconds.map(() => 500),
    });
    const count = (phase: string): number =>
      structure.ops.filter((op) => op.phase === phase).length;
    const sum = (phase: string): string => `${phase} ${formatDuration(500 * count(phase))}`;
    expect(told).toBe(["forward", "backward", "update"].filter(count).map(sum).join(" · "));
    expect(told).toMatch(/^forward 1 µs/);
  });

  it("have three digits and the unit that reads best", () => {
    expect([0, 820, 999.6, 12_345, 4_560_000, 1.2e9, 75e9].map(formatDuration)).toEqual([
      "0 ns",
      "820 ns",
      "1 µs",
      "12.3 µs",
      "4.56 ms",
      "1.20 s",
      "75 s",
    ]);
  });
});
