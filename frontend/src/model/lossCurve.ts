/** The loss of all iterations as a chart shows it: a thinned line, and marked points. */

import type { JsonNumber, Metrics } from "../api/types";
import { rowsBefore } from "./metrics";
import { toNumber } from "./tape";
import { thinCurve } from "./thinning";

export interface LossCurve {
  x: number[];
  /** Non-finite values are gaps. */
  y: number[];
  /** Recorded iterations: one can travel to them. */
  recordedX: number[];
  recordedY: number[];
  /** Iterations whose loss is not finite, at the height where the line was last. */
  nonFiniteX: number[];
  nonFiniteY: number[];
  nonFiniteText: string[];
}

const MOST_POINTS = 4_000;
const MOST_MARKS = 500;

function markNonFinite(iterations: readonly number[], losses: readonly number[]) {
  const marks = {
    nonFiniteX: [] as number[],
    nonFiniteY: [] as number[],
    nonFiniteText: [] as string[],
  };
  // Marks before the first finite loss stand at its height.
  let height = losses.find(Number.isFinite) ?? 1;
  losses.forEach((loss, row) => {
    if (Number.isFinite(loss)) {
      height = loss;
    } else if (marks.nonFiniteX.length < MOST_MARKS) {
      marks.nonFiniteX.push(iterations[row] as number);
      marks.nonFiniteY.push(height);
      marks.nonFiniteText.push(String(loss));
    }
  });
  return marks;
}

function lossAt(metrics: Metrics, iteration: number): JsonNumber | undefined {
  const row = rowsBefore(metrics.iteration, iteration);
  return metrics.iteration[row] === iteration ? metrics.loss[row] : undefined;
}

export function lossCurve(metrics: Metrics, recorded: readonly number[]): LossCurve {
  const losses = metrics.loss.map(toNumber);
  const marked = recorded
    .map((iteration) => ({ iteration, loss: toNumber(lossAt(metrics, iteration) ?? NaN) }))
    .filter(({ loss }) => Number.isFinite(loss));
  return {
    ...thinCurve({ x: metrics.iteration, y: losses }, MOST_POINTS),
    recordedX: marked.map(({ iteration }) => iteration),
    recordedY: marked.map(({ loss }) => loss),
    ...markNonFinite(metrics.iteration, losses),
  };
}

export interface NormLine {
  parameter: string;
  norms: number[];
  last: number;
}

/** The gradient norm of each parameter, in the order in which the server tells them. */
export function normLines(metrics: Metrics): NormLine[] {
  return Object.entries(metrics.gradient_norm).map(([parameter, column]) => {
    const norms = column.map(toNumber);
    return { parameter, norms, last: norms.at(-1) ?? NaN };
  });
}
