/** A smoother line beside a noisy one. */

/**
 * The exponential moving average, without the pull towards its start (as Adam corrects its moments).
 *
 * Args:
 *   values: in order; what is not finite is a gap, and does not count.
 *   weight: of the past, from 0 (nothing is smoothed) to below 1.
 */
export function smooth(values: readonly number[], weight: number): number[] {
  let [sum, total] = [0, 0];
  return values.map((value) => {
    if (!Number.isFinite(value)) return NaN;
    sum = weight * sum + (1 - weight) * value;
    total = weight * total + (1 - weight);
    return sum / total;
  });
}
