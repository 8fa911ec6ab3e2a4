import { describe, expect, it } from "vitest";
import { endOfRun, lengthWords, runCommand, type RunLength } from "./runLength";

const LENGTH: RunLength = {
  kind: "iterations",
  iterations: 1_500,
  epochs: 1,
  below: 0.05,
  most: 9,
};

describe("how long training goes on", () => {
  it("is so many iterations", () => {
    expect(runCommand(LENGTH, 50)).toEqual({ kind: "run", iterations: 1_500, record_every: 50 });
    expect(lengthWords(LENGTH)).toBe("1\u202f500");
  });

  it("is so many epochs", () => {
    const length = { ...LENGTH, kind: "epochs" } as const;
    expect(runCommand(length, 50)).toEqual({ kind: "run", epochs: 1, record_every: 50 });
    expect(lengthWords(length)).toBe("1 epoch");
    expect(lengthWords({ ...length, epochs: 3 })).toBe("3 epochs");
  });

  it("is until the loss is low enough, or that is given up", () => {
    const length = { ...LENGTH, kind: "loss" } as const;
    expect(runCommand(length, 50)).toMatchObject({ iterations: 9, until: { loss: 0.05 } });
    expect(lengthWords(length)).toBe("to < 0.05");
  });
});

it("an epoch that has begun ends where the data ends", () => {
  expect(endOfRun({ epochs: 1 }, 25, 25)).toBe(50);
  expect(endOfRun({ epochs: 2 }, 27, 25)).toBe(75);
  expect(endOfRun({ iterations: 10 }, 27, 25)).toBe(37);
});
