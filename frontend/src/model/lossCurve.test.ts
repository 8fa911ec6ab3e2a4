import { describe, expect, it } from "vitest";
import type { Metrics } from "../api/types";
import { NO_METRICS } from "./metrics";
import { lossCurve, normLines } from "./lossCurve";

function rows(first: number, losses: Metrics["loss"]): Metrics {
  return {
    ...NO_METRICS,
    iteration: losses.map((_, index) => first + index),
    loss: losses,
    learning_rate: losses.map(() => 0.1),
    gradient_norm: { "fc1.weight": losses },
    parameter_norm: { "fc1.weight": losses },
  };
}

describe("the loss curve", () => {
  const curve = lossCurve(rows(0, [2, 1, "NaN", "Infinity", 0.5]), [0, 2, 4, 9]);

  it("has gaps where the loss is not finite, and marks there at the last height", () => {
    expect(curve.y).toEqual([2, 1, NaN, Infinity, 0.5]);
    expect(curve.nonFiniteX).toEqual([2, 3]);
    expect(curve.nonFiniteY).toEqual([1, 1]);
    expect(curve.nonFiniteText).toEqual(["NaN", "Infinity"]);
  });

  it("marks recorded iterations that have a finite loss", () => {
    expect(curve.recordedX).toEqual([0, 4]);
  });

  it("has one line of norms per parameter with its latest number", () => {
    const [line] = normLines(rows(0, [4, 2]));
    expect(line).toEqual({ parameter: "fc1.weight", norms: [4, 2], last: 2 });
  });
});
