/** How far training has come, in words. */

import { formatCount, formatNumber } from "./format";

export interface Run {
  /** Completed iterations where it began, and where it ends at the latest. */
  from: number;
  to: number;
}

export interface Progress {
  /** `1 234 / 3 000`, or `1 234 iterations` where no end is known. */
  iterations: string;
  /** `epoch 5`, the one under way; null where an iteration is an epoch. */
  epoch: string | null;
  /** `2 500 it/s` */
  rate: string | null;
  /** `12 s left` */
  left: string | null;
  /** Of the run, from 0 to 1. */
  share: number | null;
}

/**
 * Args:
 *   here: completed iterations.
 *   perSecond: iterations per second; null while unknown.
 *   perEpoch: iterations of one pass over the data.
 */
export function progressOf(
  here: number,
  run: Run | null,
  perSecond: number | null,
  perEpoch: number,
): Progress {
  const of = run === null ? " iterations" : ` / ${formatCount(run.to)}`;
  return {
    iterations: formatCount(here) + of,
    epoch: perEpoch > 1 ? `epoch ${formatCount(Math.floor(here / perEpoch) + 1)}` : null,
    rate: perSecond === null ? null : `${formatRate(perSecond)} it/s`,
    left:
      run === null || perSecond === null || perSecond === 0
        ? null
        : `${formatSeconds((run.to - here) / perSecond)} left`,
    share: run === null || run.to === run.from ? null : (here - run.from) / (run.to - run.from),
  };
}

function formatRate(perSecond: number): string {
  return perSecond < 10 ? formatNumber(perSecond, 2) : formatCount(Math.round(perSecond));
}

/** `8 s`, `3 min`, `2 h`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 90) return `${String(Math.max(0, Math.ceil(seconds)))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${String(minutes)} min` : `${String(Math.round(minutes / 60))} h`;
}
