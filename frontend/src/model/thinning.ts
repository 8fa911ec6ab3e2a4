/** Long curves with fewer points. Spikes stay: each bucket keeps its lowest and highest point. */

export interface Curve {
  x: number[];
  /** NaN and infinities are allowed; they are gaps in the line. */
  y: number[];
}

/** Indices to keep of one bucket: first lowest and first highest finite value, in order. */
function extremes(y: ArrayLike<number>, from: number, to: number): number[] {
  let lowest = -1;
  let highest = -1;
  for (let index = from; index < to; index += 1) {
    const value = y[index] as number;
    if (!Number.isFinite(value)) continue;
    if (lowest < 0 || value < (y[lowest] as number)) lowest = index;
    if (highest < 0 || value > (y[highest] as number)) highest = index;
  }
  // A bucket without a finite value keeps one entry, so that the gap remains visible.
  if (lowest < 0) return [from];
  if (lowest === highest) return [lowest];
  return lowest < highest ? [lowest, highest] : [highest, lowest];
}

/**
 * Which points to draw.
 *
 * Args:
 *   y: the values in order.
 *   limit: about how many points may remain; at least 4.
 * Returns: rising indices; all of them if there are no more than `limit`, else at most `limit`,
 *   always with the first and the last.
 */
export function thin(y: ArrayLike<number>, limit: number): number[] {
  const count = y.length;
  if (count <= limit) return Array.from({ length: count }, (_, index) => index);
  const buckets = Math.max(1, Math.floor((limit - 2) / 2));
  const kept = [0];
  for (let bucket = 0; bucket < buckets; bucket += 1) {
    const from = 1 + Math.floor((bucket * (count - 2)) / buckets);
    const to = 1 + Math.floor(((bucket + 1) * (count - 2)) / buckets);
    if (from < to) kept.push(...extremes(y, from, to));
  }
  kept.push(count - 1);
  return kept;
}

export function thinCurve(curve: Curve, limit: number): Curve {
  const kept = thin(curve.y, limit);
  return {
    x: kept.map((index) => curve.x[index] as number),
    y: kept.map((index) => curve.y[index] as number),
  };
}
