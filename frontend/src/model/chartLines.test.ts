import { describe, expect, it } from "vitest";
import { metricRows } from "../../test/metricRows";
import type { Metrics } from "../api/types";
import { chartOf, firstNonFinite, type ChartChoice, type ChartRun } from "./chartLines";

const LOSS: ChartChoice = { metric: "loss", parameter: null, smoothing: 0, logarithmic: false };

function run(metrics: Metrics, name = "", color = "--curve-1"): ChartRun {
  return { name, metrics, color };
}

function validated(losses: Metrics["loss"], validation: Metrics["validation"]): Metrics {
  return { ...metricRows(0, losses), validation };
}

describe("the chart of a run", () => {
  it("has gaps where the loss is not finite, and marks there at the last height", () => {
    const chart = chartOf([run(metricRows(0, [2, 1, "NaN", "Infinity", 0.5]))], LOSS, [0, 2, 4, 9]);
    expect(chart.lines[0]?.raw.y).toEqual([2, 1, NaN, Infinity, 0.5]);
    expect(chart.nonFinite.x).toEqual([2, 3]);
    expect(chart.nonFinite.y).toEqual([1, 1]);
    expect(chart.nonFinite.text).toEqual(["training NaN", "training Infinity"]);
  });

  it("marks recorded iterations that have a finite loss", () => {
    const chart = chartOf([run(metricRows(0, [2, "NaN", 0.5]))], LOSS, [0, 1, 2, 9]);
    expect(chart.recorded).toEqual({ x: [0, 2], y: [2, 0.5] });
  });

  it("has the loss on the batch and on the samples that are set aside", () => {
    const metrics = validated([3, 2, 1], { iteration: [0, 2], loss: [4, 5], accuracy: [] });
    const { lines } = chartOf([run(metrics)], LOSS, []);
    expect(lines.map(({ name }) => name)).toEqual(["training", "validation"]);
    expect(lines[1]?.raw).toEqual({ x: [0, 2], y: [4, 5], width: 1 });
    expect(lines[0]?.color).not.toBe(lines[1]?.color);
  });

  it("keeps the raw line beside the smoothed one", () => {
    const { lines } = chartOf([run(metricRows(0, [4, 1]))], { ...LOSS, smoothing: 0.5 }, []);
    expect(lines[0]?.raw.y).toEqual([4, 1]);
    expect(lines[0]?.smoothed?.y).toEqual([4, 2]);
  });

  it("marks zeros where the axis is logarithmic, and draws them where it is not", () => {
    const runs = [run(metricRows(0, [1, 0, 2]))];
    const logarithmic = chartOf(runs, { ...LOSS, logarithmic: true }, []);
    expect(logarithmic.lines[0]?.raw.y).toEqual([1, NaN, 2]);
    expect(logarithmic.zeros).toEqual({ x: [1], y: [1], text: ["training 0"] });
    expect(chartOf(runs, LOSS, []).zeros.x).toEqual([]);
  });

  it("has one color for a layer, and tells its parameters by their dashes", () => {
    const columns = Object.fromEntries(
      ["fc1.weight", "fc1.bias", "gru.weight_ih_l0", "alpha"].map((name) => [name, [1]]),
    );
    const metrics = { ...metricRows(0, [1]), gradient_norm: columns };
    const { lines } = chartOf([run(metrics)], { ...LOSS, metric: "gradient_flow" }, []);
    expect(lines.map(({ color, dash }) => `${color} ${dash}`)).toEqual([
      "--curve-1 solid",
      "--curve-1 dot",
      "--curve-2 solid",
      "--curve-3 dash",
    ]);
  });

  it("draws as many parameters as can be told apart, and counts the others", () => {
    const names = Array.from({ length: 70 }, (_, index) => `fc${String(index)}.weight`);
    const columns = Object.fromEntries(names.map((name) => [name, [1]]));
    const metrics = { ...metricRows(0, [1]), gradient_norm: columns };
    const chart = chartOf([run(metrics)], { ...LOSS, metric: "gradient_flow" }, []);
    expect(chart.lines.length + chart.linesLeftOut).toBe(70);
  });
});

describe("the chart of several runs", () => {
  const runs = [
    run(validated([2, 1], { iteration: [0], loss: [2], accuracy: [] }), "lr 0.1", "--curve-1"),
    run(metricRows(0, [2, 3]), "lr 1", "--curve-2"),
  ];

  it("names each line by its run, in the run's color", () => {
    const { lines } = chartOf(runs, LOSS, []);
    expect(lines.map(({ name, color, dash }) => `${name}, ${color}, ${dash}`)).toEqual([
      "lr 0.1, --curve-1, solid",
      "lr 0.1 · validation, --curve-1, dash",
      "lr 1, --curve-2, solid",
    ]);
  });

  it("names the parameter too, unless only one is drawn", () => {
    const choice = { ...LOSS, metric: "gradient_flow" } as const;
    expect(chartOf(runs, choice, []).lines[1]?.name).toBe("lr 1 · fc1.weight");
    const one = chartOf(runs, { ...choice, parameter: "fc1.weight" }, []);
    expect(one.lines.map(({ name }) => name)).toEqual(["lr 0.1", "lr 1"]);
  });
});

it("the first iteration whose loss is not finite is found", () => {
  expect(firstNonFinite(metricRows(5, [1, 2, "-Infinity", "NaN"]))).toBe(7);
  expect(firstNonFinite(metricRows(5, [1, 2]))).toBeNull();
});
