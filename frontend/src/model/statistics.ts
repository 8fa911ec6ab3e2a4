/** Summaries of a tensor's numbers. Sums are kept in float64. */

export interface Summary {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Divided by n. */
  readonly std: number;
  readonly l2_norm: number;
  /** Between 0 and 1. */
  readonly zero_share: number;
  /** How many numbers are NaN or infinite; the rest of the summary is over the others. */
  readonly non_finite: number;
}

/** Summary of the numbers; of none that is finite: NaN where a number would have to be made up. */
export function summarize(values: ArrayLike<number>): Summary {
  let [min, max, sum, zeros, finite] = [Infinity, -Infinity, 0, 0, 0];
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) continue;
    finite += 1;
    sum += value;
    squares += value * value;
    if (value === 0) zeros += 1;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const nothing = finite === 0;
  const mean = nothing ? NaN : sum / finite;
  return {
    min: nothing ? NaN : min,
    max: nothing ? NaN : max,
    mean,
    std: nothing ? NaN : deviation(values, mean, finite),
    l2_norm: nothing ? NaN : Math.sqrt(squares),
    zero_share: values.length === 0 ? 0 : zeros / values.length,
    non_finite: values.length - finite,
  };
}

/** A second pass: the sum of squares minus the squared mean would lose the digits that matter. */
function deviation(values: ArrayLike<number>, mean: number, finite: number): number {
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (Number.isFinite(value)) squares += (value - mean) ** 2;
  }
  return Math.sqrt(squares / finite);
}

export interface Histogram {
  /** Count of each bin; all bins have the same width. */
  readonly counts: Uint32Array;
  readonly from: number;
  readonly to: number;
  readonly nonFinite: number;
}

/** Histogram of the finite numbers between their least and greatest. */
export function histogramOf(values: ArrayLike<number>, bins = 32): Histogram {
  const { min, max, non_finite } = summarize(values);
  const counts = new Uint32Array(bins);
  if (Number.isNaN(min)) return { counts, from: 0, to: 0, nonFinite: non_finite };
  const width = (max - min) / bins;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) continue;
    // The greatest value belongs to the last bin, not to one after it.
    const bin = width === 0 ? bins >> 1 : Math.min(bins - 1, Math.floor((value - min) / width));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { counts, from: min, to: max, nonFinite: non_finite };
}
