import { describe, expect, it } from "vitest";
import { smooth } from "./smoothing";

describe("the smoothed line", () => {
  it("begins at the first value, not below it", () => {
    // Adam's correction by hand: (0.5·(0.5·4) + 0.5·1) / (1 − 0.5²) = 1.5 / 0.75.
    expect(smooth([4, 1], 0.5)).toEqual([4, 2]);
  });

  it("of a constant is that constant, whatever the weight", () => {
    for (const value of smooth([3, 3, 3, 3], 0.99)) expect(value).toBeCloseTo(3, 10);
  });

  it("is the curve itself without a weight", () => {
    expect(smooth([1, 5, 2], 0)).toEqual([1, 5, 2]);
  });

  it("has a gap where a value is not finite, and goes on from before it", () => {
    expect(smooth([4, NaN, Infinity, 1], 0.5)).toEqual([4, NaN, NaN, 2]);
  });
});
