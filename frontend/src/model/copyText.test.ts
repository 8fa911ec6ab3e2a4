import { describe, expect, it } from "vitest";
import { toNumPy, toPython } from "./copyText";

describe("copied numbers", () => {
  it("are the shortest decimals of the same float32", () => {
    expect(toPython([[Math.fround(0.1), -2]], "float32")).toBe("[[0.1, -2]]");
    expect(Math.fround(Number(toPython(Math.fround(1 / 3), "float32")))).toBe(Math.fround(1 / 3));
  });

  it("keep all digits of a float64, and spell what is not finite", () => {
    expect(toNumPy([1 / 3, NaN, -Infinity], "float64")).toBe(
      "np.array([0.3333333333333333, np.nan, -np.inf], dtype=np.float64)",
    );
    expect(toPython([NaN], "float32")).toBe('[float("nan")]');
  });
});
