import { expect, it } from "vitest";
import { histogramOf, summarize } from "./statistics";

it("summarizes by hand-checked numbers", () => {
  const summary = summarize([3, -4, 0, 1]);
  expect(summary).toEqual({
    min: -4,
    max: 3,
    mean: 0,
    std: Math.sqrt(26 / 4),
    l2_norm: Math.sqrt(26),
    zero_share: 0.25,
    non_finite: 0,
  });
});

it("keeps numbers that are not finite out of the rest, and counts them", () => {
  const summary = summarize([NaN, 2, Infinity, -Infinity]);
  expect(summary.non_finite).toBe(3);
  expect([summary.min, summary.max, summary.mean, summary.l2_norm]).toEqual([2, 2, 2, 2]);
});

it("has no summary to give where nothing is finite", () => {
  expect(summarize([NaN]).mean).toBeNaN();
  expect(summarize([]).l2_norm).toBeNaN();
});

it("does not lose the deviation of numbers far from zero", () => {
  const values = Float32Array.of(16_000_000, 16_000_002);
  expect(summarize(values).std).toBe(1);
});

it("counts every finite number once", () => {
  const histogram = histogramOf([0, 1, 2, 3, 4, NaN], 4);
  expect([...histogram.counts]).toEqual([1, 1, 1, 2]);
  expect(histogram.from).toBe(0);
  expect(histogram.to).toBe(4);
  expect(histogram.nonFinite).toBe(1);
});

it("puts equal numbers into one bin", () => {
  expect([...histogramOf([5, 5, 5], 3).counts]).toEqual([0, 3, 0]);
});
