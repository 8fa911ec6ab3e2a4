import { describe, expect, it } from "vitest";
import type { Surface } from "../api/types";
import { decodeSurface, divergenceOf, tellAt } from "./functionSurface";

/** 3 × 2 points over x from 0 to 2 and y from 10 to 20. */
function surface(changes: Partial<Surface> = {}): Surface {
  const values = new Float32Array([0, 0.25, 0.5, 1, 0.125, -1]);
  return {
    iteration: 4,
    reading: "numbers",
    axes: [
      { low: 0, high: 2, count: 3 },
      { low: 10, high: 20, count: 2 },
    ],
    planes: ["output 0"],
    target_low: -1,
    target_high: 3,
    seconds: 0.001,
    values: btoa(String.fromCharCode(...new Uint8Array(values.buffer))),
    ...changes,
  };
}

describe("a surface as it travels", () => {
  it("has its numbers row by row from the lowest y up", () => {
    const { planes } = decodeSurface(surface());
    expect([...(planes[0]?.values ?? [])]).toEqual([0, 0.25, 0.5, 1, 0.125, -1]);
  });

  it("tells the value nearest to a point", () => {
    const decoded = decodeSurface(surface());
    expect(tellAt(decoded, 0.9, 19)).toBe("(1, 20) → output 0.125");
    expect(tellAt(decoded, 2, 10)).toBe("(2, 10) → output 0.500");
  });

  it("tells nothing outside of its grid", () => {
    expect(tellAt(decodeSurface(surface()), 2.1, 15)).toBeNull();
    expect(tellAt(decodeSurface(surface()), NaN, 15)).toBeNull();
  });

  it("tells a class with how sure the network is of it", () => {
    const planes = ["class", "confidence"];
    const axes: Surface["axes"] = [{ low: 0, high: 2, count: 3 }];
    const decoded = decodeSurface(surface({ planes, axes, reading: "classes" }));
    expect(tellAt(decoded, 1, 0)).toBe("(1) → class 0.25, confidence 12.5 %");
  });

  it("parts numbers in the middle of the targets, and probabilities at one half", () => {
    expect(divergenceOf(decodeSurface(surface()))).toEqual({ middle: 1, reach: 2 });
    const unsure = decodeSurface(surface({ reading: "probability" }));
    expect(divergenceOf(unsure)).toEqual({ middle: 0.5, reach: 0.5 });
    const flat = decodeSurface(surface({ target_low: 2, target_high: 2 }));
    expect(divergenceOf(flat).reach).toBe(1);
  });
});
