import { describe, expect, it } from "vitest";
import { loopStructure, nestedStep, ownBlock, recurrentStep } from "../../test/loopTape";
import {
  nothingOpened,
  opsOfSelection,
  shownStep,
  showingOps,
  withFolded,
  withStep,
  withUnfolded,
} from "./folding";
import { buildGroups, withOpened } from "./groups";

const blocks = buildGroups(loopStructure(48, ownBlock));

describe("folding", () => {
  it("shows the first step until another is asked for, and never one that is not there", () => {
    expect(shownStep(nothingOpened, 0)).toBe(0);
    expect(shownStep(withStep(blocks, nothingOpened, 0, 47), 0)).toBe(47);
    expect(withStep(blocks, nothingOpened, 0, 48)).toBe(nothingOpened);
    expect(withStep(blocks, nothingOpened, 0, -1)).toBe(nothingOpened);
  });

  it("keeps open in the next step what stood open in the one before", () => {
    const first = blocks.repeats[0]?.steps[0]?.[0]?.id ?? -1;
    const sixth = blocks.repeats[0]?.steps[5]?.[0]?.id ?? -1;
    const overrides = withOpened(blocks, new Map(), first);
    const moved = withStep(blocks, { ...nothingOpened, overrides }, 0, 5);
    expect(moved.overrides.get(first)).toBeUndefined();
    expect(moved.overrides.get(sixth)).toBe(true);
  });

  it("unfolds and folds again", () => {
    const unfolded = withUnfolded(nothingOpened, 0);
    expect([...unfolded.unfolded]).toEqual([0]);
    expect(withFolded(unfolded, 0).unfolded.size).toBe(0);
  });

  it("slides all repeats around an op to it, from the outside in", () => {
    const nested = buildGroups(loopStructure(10, nestedStep));
    // Step 3 of the outer loop begins at op 84; its inner loop at op 85, two ops a step.
    const shown = showingOps(nested, nothingOpened, [85 + 2 * 7, 85 + 2 * 7 + 1]);
    expect(shownStep(shown, 0)).toBe(3);
    const inner = nested.repeatOfOp[85] ?? -1;
    expect(shownStep(shown, inner)).toBe(7);
  });

  it("leaves unfolded repeats and what is larger than a repeat alone", () => {
    const unfolded = withUnfolded(nothingOpened, 0);
    expect(showingOps(blocks, unfolded, [50, 51])).toBe(unfolded);
    expect(showingOps(blocks, nothingOpened, [0, 98])).toBe(nothingOpened);
  });
});

describe("the ops of a selection", () => {
  const structure = loopStructure(20, recurrentStep);
  const last = structure.ops.findLast((op) => op.name === "aten.tanh");
  const output = last?.results[0] ?? -1;
  const range = [last?.id, (last?.id ?? 0) + 1];

  it.each([
    ["op", last?.id ?? -1],
    ["node", last?.node ?? -1],
    ["tensor", output],
    ["tensor", structure.tensors[output]?.gradient ?? -1],
    ["edge", structure.edges.find(({ of }) => of === output)?.id ?? -1],
    ["call", last?.call ?? -1],
  ] as const)("are those behind the %s", (kind, id) => {
    expect(opsOfSelection(structure, { kind, id })).toEqual(range);
  });

  it("are none for a parameter", () => {
    expect(opsOfSelection(structure, { kind: "tensor", id: 0 })).toBeNull();
  });
});
