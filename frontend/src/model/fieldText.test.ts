import { describe, expect, it } from "vitest";
import { fromListText, fromNumberText, readNumber, toFieldText } from "./fieldText";

describe("fields", () => {
  it("read numbers however minus is written, and hand on what is none", () => {
    expect(["1e-6", "−3", " 12 ", "fast"].map(fromNumberText)).toEqual([1e-6, -3, 12, "fast"]);
    expect(fromNumberText("  ")).toBeUndefined();
  });

  it("read pairs, and a single number as itself", () => {
    expect(["3 × 5", "3,5", "3x5", "3"].map(fromListText)).toEqual([[3, 5], [3, 5], [3, 5], 3]);
    expect(toFieldText([3, 5])).toBe("3 × 5");
  });

  it("read numbers that are not finite, and refuse words", () => {
    expect(["nan", "-inf", "∞", "0.5", "half", ""].map(readNumber)).toEqual([
      "NaN",
      "-Infinity",
      "Infinity",
      0.5,
      null,
      null,
    ]);
  });
});
