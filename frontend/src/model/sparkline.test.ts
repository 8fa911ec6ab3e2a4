import { describe, expect, it } from "vitest";
import { sparklinePath } from "./sparkline";

describe("a sparkline", () => {
  it("runs over the whole width and is interrupted by what a log scale cannot show", () => {
    const path = sparklinePath([1, 0, 10, 100], { width: 90, height: 20 });
    expect(path).toBe("M0.0 18.0M60.0 10.0L90.0 2.0");
  });

  it("is nothing where there is nothing", () => {
    expect(sparklinePath([0, NaN], { width: 90, height: 20 })).toBe("");
  });
});
