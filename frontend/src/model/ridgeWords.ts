/** Ridgelines in words. */

import { formatCount, formatShare } from "./format";
import type { RidgeMeasure, RidgePanel } from "./ridgelines";

/** What the axis is, which way time runs, and how high a ridge is. */
export const RIDGE_LEGENDS: Record<RidgeMeasure, string> = {
  output: "values; the newest in front, each as high as its fullest bin",
  output_gradient: "size on a log axis; the newest in front, each as high as its fullest bin",
  parameter_gradient: "size on a log axis; the newest in front, each as high as its fullest bin",
};

/** `fc1 · iteration 40, from 10⁻⁸ to 1; 25 % zero`. */
export function ridgeInWords({ name, labels, ridges }: RidgePanel, index: number): string {
  const ridge = ridges[index];
  if (ridge === undefined) return name;
  const parts = [`${name} · iteration ${formatCount(ridge.iteration)}`];
  const { zeros, nonFinite } = ridge;
  if (zeros + nonFinite < 1) parts.push(`axis from ${labels[0]} to ${labels[1]}`);
  if (zeros > 0) parts.push(`${formatShare(zeros)} exactly zero`);
  if (nonFinite > 0) parts.push(`${formatShare(nonFinite)} NaN or ∞`);
  return parts.join(", ");
}
