import { expect, it } from "vitest";
import { sampleNorms } from "./legend";
import { middleOf } from "../scene/paths";
import { widthOfNorm, type Flow } from "./timing";

const flowsOf = (...norms: number[]): Flow[] => norms.map((norm) => ({ kind: "value", norm }));

it("shows the least, the middle and the greatest norm of the tape", () => {
  const flows = [...flowsOf(30, 0.001, 0.2, 7, 0.01), { kind: "zero" } as const];
  expect(sampleNorms(flows)).toEqual([0.001, 0.2, 30]);
});

it("shows no norm twice, and none where nothing flows", () => {
  expect(sampleNorms(flowsOf(0.5, 0.5001, 0.5))).toEqual([0.5001]);
  expect(sampleNorms([{ kind: "unreached" }])).toEqual([]);
});

it("spreads the widths over wider powers where a tape needs them", () => {
  const powers = { from: -40, to: 3 };
  const [tiny, small] = [1e-40, 1e-20].map((norm) => widthOfNorm(norm, powers));
  expect(small).toBeGreaterThan((tiny ?? 0) + 1);
  expect(widthOfNorm(1e3, powers)).toBe(widthOfNorm(1e3));
});

it("finds the middle of a straight edge and of one that changes its row", () => {
  expect(middleOf(Float64Array.of(0, 0, 10, 0), "horizontal")).toEqual({
    x: 5,
    y: 0,
    along: [1, 0],
  });
  const { x, y, along } = middleOf(Float64Array.of(0, 0, 4, 2), "horizontal");
  expect([x, y]).toEqual([2, 1]);
  // The bezier curve from (0,0) to (4,2) by (2,0) and (2,2) runs at 45 degrees there.
  expect(along[0]).toBeCloseTo(along[1]);
});
