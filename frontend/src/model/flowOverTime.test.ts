import { describe, expect, it } from "vitest";
import { metricRows } from "../../test/metricRows";
import type { IterationLayers, LayerStatistics, Metrics } from "../api/types";
import {
  cellOf,
  columnOf,
  decadesIn,
  flowMap,
  kindOf,
  kindsIn,
  ticksOf,
  type FlowMap,
} from "./flowOverTime";
import {
  ABSENT,
  flowRows,
  gradientSeries,
  shareSeries,
  updateSeries,
  type FlowSeries,
} from "./flowSeries";

function series(...numbers: number[][]): FlowSeries {
  return {
    rows: numbers.map((_, row) => ({ name: `fc${row + 1}`, parameters: [] })),
    iterations: (numbers[0] ?? []).map((_, at) => 10 + at),
    values: numbers.map((row) => Float64Array.from(row)),
  };
}

function row(map: FlowMap, index: number): number[] {
  return map.columns.map((_, column) => cellOf(map, index, column));
}

const metrics: Metrics = {
  ...metricRows(0, [1, 2, 3, 4]),
  gradient_norm: {
    "fc1.weight": [3, 0, "NaN", 1],
    "fc1.bias": [4, 0, 1, "Infinity"],
    scale: [1, 1, 1, 1],
  },
  updates: {
    iteration: [0, 2],
    norm: { "fc1.weight": [0.3, 0.6], "fc1.bias": [0.4, 0.8], scale: [1, 0] },
    parameter_norm: { "fc1.weight": [3, 3], "fc1.bias": [4, 4], scale: [0, 0] },
    ratio: {},
  },
};

describe("flow over time", () => {
  it("takes the parameters of a layer together, in the network's order", () => {
    const names = ["fc1.weight", "fc1.bias", "scale"];
    expect(flowRows(names, false)).toEqual([
      { name: "fc1", parameters: ["fc1.weight", "fc1.bias"] },
      { name: "scale", parameters: ["scale"] },
    ]);
    expect(flowRows(names, true).map(({ name }) => name)).toEqual(names);
  });

  it("has the norm over all of a layer's numbers", () => {
    const [layer] = gradientSeries(metrics, flowRows(Object.keys(metrics.gradient_norm), false))
      .values as [Float64Array];
    expect([...layer]).toEqual([5, 0, NaN, Infinity]); // √(3² + 4²)
  });

  it("tells the smallest of gradients from zero", () => {
    const tiny = { "fc1.weight": [3e-200], "fc1.bias": [4e-200] };
    const rows = flowRows(Object.keys(tiny), false);
    const { values } = gradientSeries({ ...metrics, gradient_norm: tiny }, rows);
    expect((values[0]?.[0] ?? 0) / 5e-200).toBeCloseTo(1, 12);
  });

  it("compares an update with the weights as they were before it", () => {
    const rows = flowRows(Object.keys(metrics.updates.parameter_norm), false);
    const { iterations, values } = updateSeries(metrics, rows);
    expect(iterations).toEqual([0, 2]);
    expect(values[0]?.[0]).toBeCloseTo(0.1, 12); // √(0.3² + 0.4²) / 5
    expect(values[0]?.[1]).toBeCloseTo(0.2, 12);
    expect([...(values[1] as Float64Array)]).toEqual([Infinity, 0]); // from nothing; no change
  });

  it("keeps shares of layers that have any, and knows where none was measured", () => {
    const layer = (name: string, dead_share: number | null): LayerStatistics =>
      ({ name, dead_share, saturated_share: null }) as LayerStatistics;
    const history: IterationLayers[] = [
      { iteration: 0, layers: [layer("fc", null)] },
      { iteration: 8, layers: [layer("fc", null), layer("relu", 0.25)] },
    ];
    const { rows, iterations, values } = shareSeries(history, "dead_share");
    expect(rows.map(({ name }) => name)).toEqual(["relu"]);
    expect(iterations).toEqual([0, 8]);
    expect([...(values[0] as Float64Array)]).toEqual([ABSENT, 0.25]);
  });

  it("shows every iteration where there is room", () => {
    const map = flowMap(series([1, 2, 3]), 3);
    expect(map.columns.map(({ from }) => from)).toEqual([10, 11, 12]);
    expect(row(map, 0)).toEqual([1, 2, 3]);
  });

  it("keeps a spike, and where it was, when columns hold several iterations", () => {
    const map = flowMap(series([1, 1, 1, 1, 1, 9, 1, 1, 1]), 5);
    expect(map.columns).toHaveLength(5);
    expect(row(map, 0)).toEqual([1, 1, 9, 1, 1]);
    expect(map.columns[2]).toEqual({ from: 14, to: 15 });
    expect(map.peaks[2]).toBe(15);
    expect(map.columns[4]).toEqual({ from: 18, to: 18 });
  });

  it("leaves the columns of the past as they are while a run grows", () => {
    const numbers = Array.from({ length: 200 }, (_, at) => (at * 7919) % 101);
    const before = flowMap(series(numbers.slice(0, 130)), 100);
    const after = flowMap(series(numbers), 100);
    expect(row(after, 0).slice(0, 65)).toEqual(row(before, 0));
  });

  it("lets a number that is not finite outweigh all others of its column", () => {
    const map = flowMap(series([1, NaN, 5, 2]), 2);
    expect(row(map, 0)).toEqual([NaN, 5]);
    expect(map.peaks[0]).toBe(11);
  });

  it("calls a column zero only if nothing else is in it", () => {
    expect(row(flowMap(series([0, 0, 0, 2]), 2), 0)).toEqual([0, 2]);
    expect(row(flowMap(series([0, ABSENT, ABSENT, ABSENT]), 2), 0)).toEqual([0, ABSENT]);
  });

  it("tells four kinds of cells apart", () => {
    const map = flowMap(series([1, 0, Infinity, ABSENT]), 10);
    expect([...kindsIn(map)]).toEqual(["value", "zero", "not-finite", "absent"]);
    expect(kindOf(NaN)).toBe("not-finite");
  });

  it("spans whole powers of ten, at least one", () => {
    expect(decadesIn(flowMap(series([3e-7, 0, NaN, 20]), 9))).toEqual({ from: -7, to: 2 });
    expect(decadesIn(flowMap(series([1, 1]), 9))).toEqual({ from: 0, to: 1 });
    expect(decadesIn(flowMap(series([0, NaN]), 9))).toEqual({ from: -1, to: 0 });
  });

  it("labels columns where a round number of iterations is passed", () => {
    const labels = (map: FlowMap, about: number) =>
      ticksOf(map, about).map(({ iteration }) => iteration);
    const long = flowMap(series(Array.from({ length: 100 }, () => 1)), 100); // 10 … 109
    expect(labels(long, 5)).toEqual([10, 20, 40, 60, 80, 100]);
    const sparse = { ...series([1, 1, 1, 1, 1]), iterations: [0, 7, 14, 21, 28] };
    expect(labels(flowMap(sparse, 9), 3)).toEqual([0, 14, 21]); // passing 10 and 20
    expect(labels(flowMap(series(Array.from({ length: 100 }, () => 1)), 9), 2)).toEqual([
      10, 50, 100,
    ]);
    expect(labels(flowMap(series([]), 9), 3)).toEqual([]);
  });

  it("finds the column of an iteration, or the nearest", () => {
    const map = flowMap(series([1, 2, 3, 4, 5]), 3);
    expect(columnOf(map, 13)).toBe(1);
    expect(columnOf(map, 99)).toBe(2);
    expect(columnOf(flowMap(series([]), 3), 5)).toBe(-1);
  });
});
