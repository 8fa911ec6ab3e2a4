import { describe, expect, it } from "vitest";
import type { Ridge, RidgePanel } from "./ridgelines";
import { ridgeInWords } from "./ridgeWords";

function panelOf(ridge: Partial<Ridge>): RidgePanel {
  const counted = { iteration: 1200, shares: new Float64Array(1), zeros: 0, nonFinite: 0 };
  const labels = ["10⁻⁸", "1"] as const;
  return { name: "fc1", labels, zeroAt: null, bins: 1, ridges: [{ ...counted, ...ridge }] };
}

describe("a ridge in words", () => {
  it("names layer, iteration and axis", () => {
    expect(ridgeInWords(panelOf({}), 0)).toBe("fc1 · iteration 1\u202f200, axis from 10⁻⁸ to 1");
  });

  it("tells what is in no bin", () => {
    const words = ridgeInWords(panelOf({ zeros: 0.25, nonFinite: 0.5 }), 0);
    expect(words).toMatch(/, 25 % exactly zero, 50 % NaN or ∞$/);
    // Where all are zero, there is no axis to be told.
    const allZero = ridgeInWords(panelOf({ iteration: 7, zeros: 1 }), 0);
    expect(allZero).toBe("fc1 · iteration 7, 100 % exactly zero");
  });
});
