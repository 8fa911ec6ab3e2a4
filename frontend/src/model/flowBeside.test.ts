import { describe, expect, it } from "vitest";
import { metricRows } from "../../test/metricRows";
import type { LayerStatistics, Metrics } from "../api/types";
import { besideInWords, besideRows } from "./flowBeside";
import { ABSENT } from "./flowSeries";

const metrics: Metrics = {
  ...metricRows(0, [1, 1, 1, 1]),
  updates: {
    iteration: [0, 2],
    norm: { "fc1.weight": [0.002, 0.2] },
    parameter_norm: { "fc1.weight": [2, 4] },
    ratio: {},
  },
};
const rows = [{ name: "fc1", parameters: ["fc1.weight"] }];

function layer(name: string, parts: Partial<LayerStatistics>): LayerStatistics {
  const none = { dead_share: null, saturated_share: null, parameter_gradient: null };
  return { name, ...none, ...parts } as LayerStatistics;
}

const learns = {
  parameter_gradient: {
    norm: 1,
    histogram: { first: 0, counts: [1], zeros: 0, non_finite: 0 },
  },
};

describe("beside a row of the map", () => {
  it("stands the update as it was last measured", () => {
    const ratioAt = (shown: number | null) => besideRows(rows, metrics, [], shown)[0]?.ratio;
    expect(ratioAt(1)).toBeCloseTo(0.001, 12); // of iteration 0
    expect(ratioAt(3)).toBeCloseTo(0.05, 12); // of iteration 2
    expect(ratioAt(null)).toBeCloseTo(0.05, 12);
    expect(besideRows(rows, metricRows(0, [1]), [], 0)[0]?.ratio).toBe(ABSENT);
  });

  it("stands the share of the activation that follows, before another layer learns", () => {
    const units = (layers: LayerStatistics[]) => besideRows(rows, metrics, layers, 0)[0]?.units;
    const fc1 = layer("fc1", learns);
    const relu = layer("relu", { dead_share: 0.25 });
    expect(units([fc1, layer("flatten", {}), relu])).toEqual({
      activation: "relu",
      kind: "dead",
      share: 0.25,
    });
    expect(units([fc1, layer("fc2", learns), relu])).toBeNull();
    expect(units([relu])).toBeNull();
  });

  it("is told in words", () => {
    const [row] = besideRows(
      rows,
      metrics,
      [layer("fc1", learns), layer("tanh", { saturated_share: 0.5 })],
      3,
    );
    expect(row && besideInWords(row)).toBe(
      "fc1: update ÷ weight 0.0500, above the usual band; tanh: 50 % saturated",
    );
  });
});
