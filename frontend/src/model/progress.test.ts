import { describe, expect, it } from "vitest";
import { formatSeconds, progressOf } from "./progress";

describe("progress", () => {
  it("tells how many iterations of how many, which epoch, how fast, and how long still", () => {
    expect(progressOf(1_500, { from: 1_000, to: 3_000 }, 250, 25)).toEqual({
      iterations: "1\u202f500 / 3\u202f000",
      epoch: "epoch 61",
      rate: "250 it/s",
      left: "6 s left",
      share: 0.25,
    });
  });

  it("of a run whose beginning was not seen has no end", () => {
    const { iterations, left, share } = progressOf(1_500, null, 250, 25);
    expect([iterations, left, share]).toEqual(["1\u202f500 iterations", null, null]);
  });

  it("has no epoch where each iteration takes all of the data, and no rate before one is known", () => {
    const { epoch, rate, left } = progressOf(3, { from: 0, to: 9 }, null, 1);
    expect([epoch, rate, left]).toEqual([null, null, null]);
  });

  it("tells slow training by its digits", () => {
    expect(progressOf(3, null, 0.4321, 1).rate).toBe("0.43 it/s");
  });
});

it("a time is told in the unit that fits it", () => {
  expect([0.2, 89, 150, 7_200].map(formatSeconds)).toEqual(["1 s", "89 s", "3 min", "2 h"]);
});
