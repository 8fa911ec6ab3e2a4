import { describe, expect, it } from "vitest";
import { metricRows } from "../../test/metricRows";
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

  it("lead to the nearest recorded iteration", () => {
    expect(nearest([0, 50, 100], 70)).toBe(50);
    expect(nearest([], 70)).toBeNull();
  });
});
