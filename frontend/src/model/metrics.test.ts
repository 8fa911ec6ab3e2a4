import { describe, expect, it } from "vitest";
import { metricRows } from "../../test/metricRows";
import type { Metrics } from "../api/types";
import { appendMetrics, metricsBefore, nearest, NO_METRICS } from "./metrics";

describe("metrics", () => {
  it("grow, and are overwritten from the first new iteration on", () => {
    const trained = appendMetrics(
      appendMetrics(NO_METRICS, metricRows(0, [4, 3, 2, 1])),
      metricRows(2, [9, 8]),
    );
    expect(trained.iteration).toEqual([0, 1, 2, 3]);
    expect(trained.loss).toEqual([4, 3, 9, 8]);
    expect(trained.gradient_norm["fc1.weight"]).toEqual([4, 3, 9, 8]);
  });

  it("are cut where a session goes on from", () => {
    expect(metricsBefore(metricRows(0, [4, 3, 2, 1]), 2).loss).toEqual([4, 3]);
  });

  it("that are measured now and then are overwritten from the same iteration on", () => {
    const measured = (first: number, at: number[]): Metrics => ({
      ...metricRows(first, [4, 3, 2, 1]),
      updates: { iteration: at, norm: { w: at }, parameter_norm: { w: at }, ratio: { w: at } },
      validation: { iteration: at, loss: at, accuracy: [] },
    });
    const trained = appendMetrics(measured(0, [0, 2]), measured(2, [2, 5]));
    expect(trained.validation).toEqual({ iteration: [0, 2, 5], loss: [0, 2, 5], accuracy: [] });
    expect(trained.updates.ratio["w"]).toEqual([0, 2, 5]);
    expect(metricsBefore(trained, 3).updates.iteration).toEqual([0, 2]);
  });

  it("lead to the nearest recorded iteration", () => {
    expect(nearest([0, 50, 100], 70)).toBe(50);
    expect(nearest([], 70)).toBeNull();
  });
});
