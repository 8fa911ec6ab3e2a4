/** Where a number of a flow map stands on the scale of its colours. */

import { formatNumber, formatShare } from "./format";
import { decadesIn, type FlowMap } from "./flowOverTime";

/** What a map can be of. */
export type FlowMeasure = "gradient" | "update" | "dead" | "saturated";

export interface FlowScale {
  /** One ramp from little to much; or two colours around a band that is as it should be. */
  readonly kind: "ramp" | "band";
  /** Between 0 and 1 on a ramp; between -1 and 1 around a band, where 0 is within it. */
  readonly place: (value: number) => number;
  /** Whether zero has no place between the others: a logarithm has none for it. */
  readonly zeroApart: boolean;
  /** What stands below the legend, from its left end to its right. */
  readonly labels: readonly string[];
}

/**
 * Updates between these shares of their weights are usual: a thousandth is the rule of thumb, and
 * ten times less or more is no cause for concern.
 */
export const HEALTHY_RATIO = { from: 1e-4, to: 1e-2 } as const;
/** So many powers of ten away from the band, the colour is at its strongest. */
const DECADES_AWAY = 3;

export function scaleOf(measure: FlowMeasure, map: FlowMap): FlowScale {
  switch (measure) {
    case "gradient":
      return decadeScale(decadesIn(map));
    case "update":
      return { kind: "band", place: awayFromBand, zeroApart: true, labels: BAND_LABELS };
    case "dead":
    case "saturated":
      return { kind: "ramp", place: (share) => share, zeroApart: false, labels: ["0 %", "100 %"] };
  }
}

function decadeScale({ from, to }: { from: number; to: number }): FlowScale {
  const place = (value: number): number =>
    Math.min(1, Math.max(0, (Math.log10(value) - from) / (to - from)));
  return { kind: "ramp", place, zeroApart: true, labels: [formatPower(from), formatPower(to)] };
}

const BAND_LABELS = [
  HEALTHY_RATIO.from / 10 ** DECADES_AWAY,
  HEALTHY_RATIO.from,
  HEALTHY_RATIO.to,
  HEALTHY_RATIO.to * 10 ** DECADES_AWAY,
].map((value) => formatPower(Math.round(Math.log10(value))));

function awayFromBand(ratio: number): number {
  const below = Math.log10(HEALTHY_RATIO.from / ratio);
  const above = Math.log10(ratio / HEALTHY_RATIO.to);
  if (below > 0) return -Math.min(1, below / DECADES_AWAY);
  return above > 0 ? Math.min(1, above / DECADES_AWAY) : 0;
}

/** `10⁻⁷`, and 1 as it is. */
export function formatPower(power: number): string {
  if (power === 0) return "1";
  const digits = String(Math.abs(power)).replace(
    /\d/g,
    (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)] ?? "",
  );
  return `10${power < 0 ? "⁻" : ""}${digits}`;
}

/** A number of a map as the screen writes it. */
export function formatMeasure(measure: FlowMeasure, value: number): string {
  const isShare = measure === "dead" || measure === "saturated";
  return isShare ? formatShare(value) : formatNumber(value, 3);
}
