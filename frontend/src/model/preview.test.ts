import { describe, expect, it } from "vitest";
import { previewOf } from "./preview";

describe("a preview in words", () => {
  it.each([
    [[12_288], [4], "every 4th number"],
    [[192, 64], [2, 1], "every 2nd row"],
    [[192, 64], [8, 2], "every 8th row and every 2nd column"],
    [[4, 64, 64], [1, 32, 1], "every 32nd row"],
    [
      [64, 3, 32, 32],
      [16, 1, 2, 2],
      "every 16th index of dimension 0, every 2nd row and every 2nd column",
    ],
    [[40_000], [12], "every 12th number"],
  ])("of %j in steps of %j holds %s", (shape, steps, words) => {
    expect(previewOf(shape, { steps }).words).toContain(`this file holds ${words}.`);
  });

  it("counts the numbers of the tensor, not its own", () => {
    expect(previewOf([192, 64], { steps: [4, 2] }).words).toContain("12\u202f288 numbers");
  });

  it("has a step for rows and one for columns; a vector stands upright", () => {
    const { rowStep, columnStep } = previewOf([4, 64, 64], { steps: [1, 8, 2] });
    expect([rowStep, columnStep]).toEqual([8, 2]);
    const vector = previewOf([4096], { steps: [4] });
    expect([vector.rowStep, vector.columnStep]).toEqual([4, 1]);
  });
});
