/**
 * Long curves with fewer points. Spikes stay: each bucket keeps its lowest and highest point.
 *
 * Buckets are stretches of iterations that begin at multiples of their width. So a curve that grows
 * keeps the points that it had until the width doubles, and a chart can append what is new.
 */

export interface Curve {
  /** Iterations, rising. */
  x: number[];
  /** NaN and infinities are allowed; they are gaps in the line. */
  y: number[];
}

export interface ThinnedCurve extends Curve {
  /** Iterations of a bucket; 1 where every point is kept. */
  width: number;
}

/** Of a bucket at most its lowest, its highest, and its first value that is not finite. */
const POINTS_OF_A_BUCKET = 3;

/** Indices to keep of one bucket, rising. */
function pointsOf(y: ArrayLike<number>, from: number, to: number): number[] {
  let [lowest, highest, broken] = [-1, -1, -1];
  for (let index = from; index < to; index += 1) {
    const value = y[index] as number;
    if (!Number.isFinite(value)) {
      if (broken < 0) broken = index;
      continue;
    }
    if (lowest < 0 || value < (y[lowest] as number)) lowest = index;
    if (highest < 0 || value > (y[highest] as number)) highest = index;
  }
  const kept = [lowest, highest, broken].filter((index) => index >= 0);
  return [...new Set(kept)].sort((left, right) => left - right);
}

/** The smallest power of two that leaves no more than `most` points between these iterations. */
function widthFor(first: number, last: number, most: number): number {
  const buckets = Math.max(1, Math.floor((most - 2) / POINTS_OF_A_BUCKET) - 1);
  let width = 2;
  while ((last - first) / width > buckets) width *= 2;
  return width;
}

function keptIndices(x: ArrayLike<number>, y: ArrayLike<number>, width: number): number[] {
  const end = x.length - 1;
  const kept = [0];
  let from = 1;
  while (from < end) {
    const next = (Math.floor((x[from] as number) / width) + 1) * width;
    let to = from + 1;
    while (to < end && (x[to] as number) < next) to += 1;
    for (const index of pointsOf(y, from, to)) kept.push(index);
    from = to;
  }
  kept.push(end);
  return kept;
}

/**
 * Which points to draw.
 *
 * Args:
 *   x: iterations, rising.
 *   y: their values.
 *   most: how many points may remain; at least 8.
 * Returns: rising indices, always with the first and the last; and the width of their buckets.
 */
export function thin(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  most: number,
): { kept: number[]; width: number } {
  const count = y.length;
  if (count <= most) return { kept: Array.from({ length: count }, (_, at) => at), width: 1 };
  const width = widthFor(x[0] as number, x[count - 1] as number, most);
  return { kept: keptIndices(x, y, width), width };
}

export function thinCurve(curve: Curve, most: number): ThinnedCurve {
  const { kept, width } = thin(curve.x, curve.y, most);
  return {
    x: kept.map((index) => curve.x[index] as number),
    y: kept.map((index) => curve.y[index] as number),
    width,
  };
}
