import { describe, expect, it } from "vitest";
import { flowMap } from "./flowOverTime";
import { formatPower, scaleOf } from "./flowScale";
import { ABSENT } from "./flowSeries";
import { cellInWords, numberInWords } from "./flowWords";

const map = flowMap(
  {
    rows: [{ name: "fc1", parameters: [] }],
    iterations: [0, 1, 2, 3],
    values: [Float64Array.of(1e-6, 1e-3, 1, 1e-2)],
  },
  4,
);

describe("the scale of a flow map", () => {
  it("gives every power of ten the same room", () => {
    const { place, labels } = scaleOf("gradient", map);
    expect([1e-6, 1e-3, 1].map(place)).toEqual([0, 0.5, 1]);
    expect(labels).toEqual(["10⁻⁶", "1"]);
  });

  it("is neutral within the band of usual updates, and grows away from it on either side", () => {
    const { place } = scaleOf("update", map);
    expect([1e-4, 1e-3, 1e-2].map((ratio) => place(ratio) + 0)).toEqual([0, 0, 0]);
    expect(place(1e-7)).toBeCloseTo(-1, 12);
    expect(place(10 ** -5.5)).toBeCloseTo(-0.5, 12);
    expect(place(1e-1)).toBeCloseTo(1 / 3, 12);
    expect(place(1e9)).toBe(1);
  });

  it("has no place for zero on a logarithm, and one at the start of a share", () => {
    expect(scaleOf("gradient", map).zeroApart).toBe(true);
    expect(scaleOf("dead", map).zeroApart).toBe(false);
    expect(scaleOf("dead", map).place(0.25)).toBe(0.25);
  });

  it("writes powers as the screen does", () => {
    expect([-12, 0, 3].map(formatPower)).toEqual(["10⁻¹²", "1", "10³"]);
  });
});

describe("a cell in words", () => {
  it("names layer, iteration and norm", () => {
    expect(cellInWords(map, 0, 1, "gradient")).toBe("fc1 · iteration 1: gradient norm 0.00100");
  });

  it("names the iteration of the peak where a column holds several", () => {
    const few = flowMap(
      { ...map, iterations: [0, 1, 2, 3], values: [Float64Array.of(1, 2, 7, 3)] },
      1,
    );
    expect(cellInWords(few, 0, 0, "gradient")).toBe(
      "fc1 · iteration 2, the greatest of 0 to 3: gradient norm 7",
    );
  });

  it("says what is no number", () => {
    expect(numberInWords(ABSENT, "update")).toBe("not measured");
    expect(numberInWords(NaN, "gradient")).toBe("gradient norm is not finite (NaN)");
    expect(numberInWords(0, "gradient")).toBe("no gradient, or exactly zero");
    expect(numberInWords(0, "dead")).toBe("dead units 0 %");
    expect(numberInWords(0.5, "update")).toBe("update ÷ weight 0.500, above the usual band");
  });
});
