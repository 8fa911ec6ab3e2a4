import { expect, it } from "vitest";
import { metricRows } from "../../test/metricRows";
import { metricKind } from "./metricKinds";
import { parameterKind, parameterLines } from "./parameterLines";

const metrics = {
  ...metricRows(0, [4, 2]),
  updates: {
    iteration: [0],
    norm: { "fc1.weight": [3] },
    parameter_norm: { "fc1.weight": [0] },
    ratio: { "fc1.weight": ["NaN" as const] },
  },
};

it("beside a chart of the loss stand the norms of the gradients", () => {
  expect(parameterLines(metrics, metricKind("loss"))).toEqual([
    { parameter: "fc1.weight", values: [4, 2], last: 2, color: "--backward" },
  ]);
  expect(parameterKind(metricKind("loss")).title).toBe("Gradient norms");
});

it("beside a chart of parameters stand its own numbers, in its colors", () => {
  expect(parameterLines(metrics, metricKind("update_ratio"))).toEqual([
    { parameter: "fc1.weight", values: [NaN], last: NaN, color: "--curve-1" },
  ]);
});
