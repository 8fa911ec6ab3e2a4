/** What a network answers for its samples, and which picture shows that best. */

import type { Predictions } from "../api/types";
import { formatNumber, formatShare } from "./format";
import type { Bounds } from "./functionSurface";
import { toNumber } from "./tape";

export type FunctionPicture = "plane" | "line" | "images" | "classes" | "numbers";

export function pictureOf(told: Predictions): FunctionPicture {
  const [inputs, ...more] = told.input_shape;
  if (more.length === 0 && inputs === 2) return "plane";
  if (more.length === 0 && inputs === 1) return "line";
  if (told.image != null && told.reading !== "numbers") return "images";
  return told.reading === "classes" ? "classes" : "numbers";
}

/** A sample where a picture shows it. */
export interface SamplePoint {
  readonly x: number;
  readonly y: number;
  readonly target: number;
  readonly validation: boolean;
}

/** Samples of two inputs in their plane; samples of one input above it, at their targets. */
export function samplePoints(told: Predictions): SamplePoint[] {
  return told.input.map((input, row) => {
    const target = toNumber(told.target[row] ?? NaN);
    return {
      x: toNumber(input[0] ?? NaN),
      y: input.length > 1 ? toNumber(input[1] ?? NaN) : target,
      target,
      validation: told.validation[row] ?? false,
    };
  });
}

/** Predicted against target: on the diagonal where the network is right. */
export function againstTargets(told: Predictions): SamplePoint[] {
  return told.target.map((each, row) => {
    const target = toNumber(each);
    const y = toNumber(told.prediction[row] ?? NaN);
    return { x: target, y, target, validation: told.validation[row] ?? false };
  });
}

/** The least and the greatest of some numbers, with room around; non-finite ones do not count. */
export function boundsOf(numbers: readonly number[], room = 0.06): Bounds {
  let [low, high] = [Infinity, -Infinity];
  for (const number of numbers) {
    if (!Number.isFinite(number)) continue;
    low = Math.min(low, number);
    high = Math.max(high, number);
  }
  if (low > high) return { low: -1, high: 1 };
  const margin = (high - low) * room || 1;
  return { low: low - margin, high: high + margin };
}

/** How often each class was answered where each was right: `counts[target][prediction]`. */
export interface Confusion {
  readonly classes: number;
  readonly counts: readonly (readonly number[])[];
}

export function confusionOf(told: Predictions): Confusion {
  const { outputs } = told;
  const counts = Array.from({ length: outputs }, () => new Array<number>(outputs).fill(0));
  told.target.forEach((target, row) => {
    const line = counts[toNumber(target)];
    const answer = toNumber(told.prediction[row] ?? NaN);
    if (line?.[answer] !== undefined) line[answer] += 1;
  });
  return { classes: outputs, counts };
}

/** A sample that was answered wrongly, with its image. */
export interface Mistake {
  readonly title: string;
  readonly target: string;
  readonly answer: string;
  readonly confidence: string;
  readonly pixels: Float32Array;
}

export function mistakesOf(told: Predictions): Mistake[] {
  return told.input.map((input, row) => ({
    title: `${told.validation[row] === true ? "validation" : "training"} sample ${told.sample[row]}`,
    target: formatNumber(toNumber(told.target[row] ?? NaN)),
    answer: answerText(told, row),
    confidence: formatShare(toNumber(told.confidence[row] ?? NaN)),
    pixels: Float32Array.from(input, toNumber),
  }));
}

function answerText(told: Predictions, row: number): string {
  const prediction = toNumber(told.prediction[row] ?? NaN);
  // A probability says yes or no.
  return told.reading === "classes" ? formatNumber(prediction) : prediction > 0.5 ? "1" : "0";
}

/** How many answers are right, in words. */
export function scoreText(told: Predictions): string {
  const { samples, of, wrong } = told;
  const share = samples < of ? ` of ${samples} of ${of} samples` : ` of ${samples} samples`;
  return wrong == null ? `${samples} samples` : `${wrong} wrong${share}`;
}
