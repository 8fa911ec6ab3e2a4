/** Several runs as a table: in what they differ, and how far they have come. */

import type { Metrics } from "../api/types";
import { formatCount, formatNumber } from "./format";
import { toNumber } from "./tape";

/** A run as its row is made of. */
export interface RunFacts {
  iteration: number;
  metrics: Metrics;
  /** How long it has trained while this page looked on. */
  seconds: number;
}

/** Its numbers in words. */
export interface RunNumbers {
  loss: string;
  best: string;
  iterations: string;
  time: string;
}

const UNKNOWN = "–";

export function runNumbers({ iteration, metrics, seconds }: RunFacts): RunNumbers {
  const losses = metrics.loss.map(toNumber);
  const last = losses.at(-1);
  const best = lowest(losses);
  return {
    loss: last === undefined ? UNKNOWN : formatNumber(last),
    best: best === null ? UNKNOWN : formatNumber(best),
    iterations: formatCount(iteration),
    time: seconds === 0 ? UNKNOWN : inWords(seconds),
  };
}

/** NaN is no lowest loss; a loop, for a run may have more values than a call takes arguments. */
function lowest(losses: readonly number[]): number | null {
  let best: number | null = null;
  for (const loss of losses)
    if (Number.isFinite(loss) && (best === null || loss < best)) best = loss;
  return best;
}

function inWords(seconds: number): string {
  // Looked at four times a second: tenths would be invented.
  if (seconds < 1) return "< 1 s";
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  return `${minutes} min ${Math.floor(seconds % 60)} s`;
}
