import { describe, expect, it } from "vitest";
import type { Predictions } from "../api/types";
import {
  boundsOf,
  confusionOf,
  mistakesOf,
  pictureOf,
  samplePoints,
  scoreText,
} from "./predictions";

function predictions(changes: Partial<Predictions> = {}): Predictions {
  return {
    iteration: 7,
    reading: "classes",
    input_shape: [2],
    image: null,
    outputs: 3,
    samples: 4,
    of: 4,
    wrong: 2,
    seconds: 0.001,
    sample: [0, 1, 2, 0],
    step: [0, 0, 0, 0],
    validation: [false, false, false, true],
    target: [0, 1, 2, 2],
    prediction: [0, 2, 2, 1],
    confidence: [0.9, 0.5, 0.8, 0.7],
    input: [],
    ...changes,
  };
}

describe("the picture that fits a network", () => {
  it("is chosen by what a sample is", () => {
    expect(pictureOf(predictions())).toBe("plane");
    expect(pictureOf(predictions({ input_shape: [1] }))).toBe("line");
    expect(pictureOf(predictions({ input_shape: [6] }))).toBe("classes");
    expect(pictureOf(predictions({ input_shape: [6], reading: "numbers" }))).toBe("numbers");
    const image = { channels: 1, height: 8, width: 8 };
    expect(pictureOf(predictions({ input_shape: [64], image }))).toBe("images");
  });
});

describe("samples as points", () => {
  it("lie in the plane of two inputs, or above one input at their targets", () => {
    const input = [[1, 2]];
    expect(samplePoints(predictions({ input }))[0]).toMatchObject({ x: 1, y: 2, target: 0 });
    const told = predictions({ input: [[1], [4]], target: [5, "NaN"] });
    expect(samplePoints(told).map(({ x, y }) => [x, y])).toEqual([
      [1, 5],
      [4, NaN],
    ]);
  });
});

describe("answers", () => {
  it("are counted by the right class and the answered one", () => {
    expect(confusionOf(predictions()).counts).toEqual([
      [1, 0, 0],
      [0, 0, 1],
      [0, 1, 1],
    ]);
  });

  it("are told as a score", () => {
    expect(scoreText(predictions())).toBe("2 wrong of 4 samples");
    expect(scoreText(predictions({ of: 90 }))).toBe("2 wrong of 4 of 90 samples");
    expect(scoreText(predictions({ wrong: null }))).toBe("4 samples");
  });

  it("of a probability are yes or no", () => {
    const told = predictions({
      reading: "probability",
      prediction: [0.2, 0.9, 0, 0],
      input: [[0], [1]],
    });
    expect(mistakesOf(told).map(({ answer }) => answer)).toEqual(["0", "1"]);
  });
});

describe("bounds", () => {
  it("leave room, and do not mind what is not finite", () => {
    expect(boundsOf([0, 10, NaN, Infinity], 0.1)).toEqual({ low: -1, high: 11 });
    expect(boundsOf([NaN])).toEqual({ low: -1, high: 1 });
    expect(boundsOf([3, 3])).toEqual({ low: 2, high: 4 });
  });
});
