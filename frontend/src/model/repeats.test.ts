import { describe, expect, it } from "vitest";
import {
  callOf,
  loopStructure,
  nestedStep,
  ownBlock,
  recurrentStep,
  residualStep,
  type Body,
} from "../../test/loopTape";
import { buildGroups, type Groups } from "./groups";
import { opsOfStep, stepOfOp } from "./repeats";

function groupsOf(steps: number, body: Body): Groups {
  return buildGroups(loopStructure(steps, body));
}

/** Steps, members of a step, and ops of a step of each repeat. */
function shapesOf(groups: Groups): number[][] {
  return groups.repeats.map(({ steps, stride }) => [steps.length, steps[0]?.length ?? 0, stride]);
}

describe("repeats", () => {
  it("are the steps of a loop, whose body may be of several calls", () => {
    expect(shapesOf(groupsOf(100, recurrentStep))).toEqual([[100, 2, 2]]);
    expect(shapesOf(groupsOf(30, residualStep))).toEqual([[30, 3, 3]]);
  });

  it("are equal blocks with weights of their own", () => {
    const groups = groupsOf(48, ownBlock);
    expect(shapesOf(groups)).toEqual([[48, 1, 2]]);
    expect(groups.top.map(({ kind }) => kind)).toEqual(["repeat", "call", "op"]);
  });

  it("are left alone where all of their cards can be read at once", () => {
    expect(groupsOf(6, ownBlock).repeats).toEqual([]);
    expect(groupsOf(12, recurrentStep).repeats).toEqual([]);
    expect(groupsOf(13, recurrentStep).repeats.length).toBe(1);
  });

  it("are found inside of the steps of others", () => {
    const groups = groupsOf(10, nestedStep);
    expect(shapesOf(groups).slice(0, 2)).toEqual([
      [10, 3, 28],
      [13, 2, 2],
    ]);
    expect(groups.repeats.length).toBe(11);
    expect(groups.repeats.slice(1).every(({ around }) => around === 0)).toBe(true);
    expect(groups.repeatOfOp[1]).toBe(1);
    expect(groups.repeatOfOp[0]).toBe(0);
  });

  it("end where the wiring changes, though the ops go on alike", () => {
    let first = -1;
    const body: Body = (builder, state, step) => {
      if (step === 0) first = state;
      const from = step < 50 ? state : first;
      return callOf(builder, "tanh", callOf(builder, "matmul", from, 0));
    };
    const [before, after] = groupsOf(100, body).repeats;
    expect([before?.steps.length, before?.firstOp]).toEqual([50, 0]);
    // From there on each step takes the very same tensor: a repeat of another kind.
    expect([after?.steps.length, after?.firstOp]).toEqual([50, 100]);
  });

  it("have the same chips on the same cards in every step", () => {
    const one = { shape: [2], values: [1, 1] };
    const alternating: Body = (builder, state, step) => {
      const other = step % 2 === 0 ? 0 : builder.parameter(`own${String(step)}`, one);
      return callOf(builder, "mul", callOf(builder, "matmul", state, 0), other);
    };
    expect(shapesOf(groupsOf(60, alternating))).toEqual([[30, 4, 4]]);
  });

  it("never hide the loss", () => {
    const structure = loopStructure(100, recurrentStep);
    const [last] = structure.ops.filter((op) => op.name === "aten.tanh").slice(-1);
    const groups = buildGroups({ ...structure, loss: last?.results[0] ?? null });
    expect(groups.repeats[0]?.steps.length).toBe(99);
  });

  it("know the step of each op, and the ops of each step", () => {
    const [repeat] = groupsOf(100, residualStep).repeats;
    if (repeat === undefined) throw new Error("no repeat was found");
    for (const step of [0, 41, 99]) {
      const [first, end] = opsOfStep(repeat, step);
      expect([first, end]).toEqual([3 * step, 3 * step + 3]);
      for (let op = first; op < end; op++) expect(stepOfOp(repeat, op)).toBe(step);
    }
  });
});
