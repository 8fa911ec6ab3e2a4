/** How often a picture may be asked for while the network trains. */

/** Of the session's time, at most: training is to go on as if nobody looked. */
const LARGEST_SHARE = 0.03;

/** How long to rest after an answer that the session worked on for so long. */
export function restMilliseconds(workedSeconds: number, shortest: number): number {
  return Math.max(shortest, (workedSeconds * 1_000) / LARGEST_SHARE);
}
