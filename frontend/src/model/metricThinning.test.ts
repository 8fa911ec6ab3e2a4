import { describe, expect, it } from "vitest";
import { metricRows } from "../../test/metricRows";
import { boundMetrics } from "./metricThinning";

const flat = Array.from({ length: 800 }, () => 1);

describe("metrics of a long run", () => {
  it("are the same metrics as long as they are few", () => {
    const metrics = metricRows(0, [1, 2, 3]);
    expect(boundMetrics(metrics, 100)).toBe(metrics);
  });

  it("have half of the rows or fewer once they are too many, in all columns alike", () => {
    const thinned = boundMetrics(metricRows(0, flat), 800);
    const rows = thinned.iteration.length;
    expect(rows).toBeLessThanOrEqual(401);
    expect(thinned.loss.length).toBe(rows);
    expect(thinned.gradient_norm["fc1.weight"]?.length).toBe(rows);
    expect(thinned.iteration.at(-1)).toBe(799);
  });

  it("keep each spike of the loss and of the gradient, and what is not finite", () => {
    const metrics = metricRows(0, flat);
    const spiked = (row: number, value: number | "NaN") =>
      flat.map((usual, at) => (at === row ? value : usual));
    const thinned = boundMetrics(
      {
        ...metrics,
        loss: spiked(333, "NaN"),
        gradient_norm: { "fc1.weight": flat, "fc1.bias": spiked(555, 9) },
      },
      800,
    );
    expect(thinned.iteration).toEqual(expect.arrayContaining([333, 555]));
    expect(thinned.loss[thinned.iteration.indexOf(333)]).toBe("NaN");
  });

  it("keep what is measured now and then in its own rows", () => {
    const iteration = Array.from({ length: 80 }, (_, row) => 10 * row);
    const loss = iteration.map((each) => (each === 420 ? -5 : 1));
    const metrics = { ...metricRows(0, [1]), validation: { iteration, loss, accuracy: [] } };
    const thinned = boundMetrics(metrics, 100);
    expect(thinned.iteration).toEqual([0]);
    expect(thinned.validation.iteration).toContain(420);
    expect(thinned.validation.loss.length).toBe(thinned.validation.iteration.length);
  });
});
