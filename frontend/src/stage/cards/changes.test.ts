import { expect, it } from "vitest";
import { TapeBuilder } from "../../../test/tapeBuilder";
import type { Tape } from "../../model/tape";
import { changedTensors } from "./changes";

function tapeOf(values: readonly number[], iteration = 0): Tape {
  const builder = new TapeBuilder();
  for (const value of values) builder.input("x", { shape: [1], values: [value] });
  const tape = builder.tape();
  return { ...tape, frame: { ...tape.frame, iteration } };
}

it("finds the tensors whose numbers differ", () => {
  expect([...changedTensors(tapeOf([1, 2, 3]), tapeOf([1, 5, 3]))]).toEqual([1]);
});

it("takes a NaN that stays NaN for unchanged", () => {
  expect([...changedTensors(tapeOf([NaN, 1]), tapeOf([NaN, NaN]))]).toEqual([1]);
});

it("says nothing about another iteration", () => {
  expect(changedTensors(tapeOf([1], 0), tapeOf([2], 1)).size).toBe(0);
});
