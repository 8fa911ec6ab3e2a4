/** A small line as an SVG path. */

import { thin } from "./thinning";

export interface SparklineSize {
  width: number;
  height: number;
}

/**
 * The path of positive values on a log scale, left to right over the whole width.
 *
 * Zeros and non-finite values interrupt the line. Returns "" where nothing can be drawn.
 */
export function sparklinePath(values: readonly number[], size: SparklineSize): string {
  const { kept } = thin([...values.keys()], values, size.width);
  const logs = kept.map((index) => Math.log10(values[index] as number));
  const finite = logs.filter(Number.isFinite);
  if (finite.length === 0) return "";
  const low = Math.min(...finite);
  // A flat curve is drawn in the middle, and noise in the last digits is not blown up.
  const span = Math.max(Math.max(...finite) - low, 0.05);
  const padding = 2;
  const last = Math.max(values.length - 1, 1);
  let path = "";
  let connected = false;
  logs.forEach((log, position) => {
    if (!Number.isFinite(log)) {
      connected = false;
      return;
    }
    const x = ((kept[position] as number) / last) * size.width;
    const y = size.height - padding - ((log - low) / span) * (size.height - 2 * padding);
    path += `${connected ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
    connected = true;
  });
  return path;
}
