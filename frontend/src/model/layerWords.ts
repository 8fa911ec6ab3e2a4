/** The strip along the depth in words. */

import { formatNumber } from "./format";
import { layerFactors, type DepthVerdict, type LayerNorm } from "./layerNorms";

/** `fc3: norm 0.0312 …`: one layer, and how it compares to the one that the gradient came from. */
export function layerInWords(norms: readonly LayerNorm[], index: number, playhead: number): string {
  const layer = norms[index];
  return layer === undefined ? "" : `${layer.name}: ${strengthInWords(norms, index, playhead)}`;
}

function strengthInWords(norms: readonly LayerNorm[], index: number, playhead: number): string {
  const { flow, knownFrom, reason } = norms[index] as LayerNorm;
  if (flow.kind === "unreached") return `no gradient, ${reason}`;
  if (knownFrom > playhead) return "not computed yet";
  switch (flow.kind) {
    case "zero":
      return "the gradient is exactly zero";
    case "not-finite":
      return "the gradient holds NaN or infinity";
    case "value":
      return `norm ${formatNumber(flow.norm)}${comparedToNext(norms, index)}`;
  }
}

function comparedToNext(norms: readonly LayerNorm[], index: number): string {
  const factor = layerFactors(norms.slice(index, index + 2))[0] ?? null;
  const next = norms[index + 1];
  return factor === null || next === undefined
    ? ""
    : ` · ×${formatNumber(factor, 3)} of ${next.name}`;
}

/** What happens over the whole depth; empty where there is nothing to tell. */
export function verdictInWords({ kind, factor, from, to, bad }: DepthVerdict): string {
  const change =
    factor === null || from === to ? "" : `×${formatNumber(factor, 2)} from ${from} back to ${to}`;
  switch (kind) {
    case "none":
      return "no layer has a gradient";
    case "not-finite":
      return `NaN or infinity at ${namesOf(bad)}`;
    case "zero":
      return `exactly zero at ${namesOf(bad)}`;
    case "vanishes":
      return `vanishes: ${change}`;
    case "explodes":
      return `explodes: ${change}`;
    case "even":
      return change;
  }
}

/** The last layer first: the gradient meets it first. */
function namesOf(layers: readonly string[]): string {
  const more = layers.length - 1;
  return `${layers.at(-1) ?? ""}${more > 0 ? ` and ${String(more)} more` : ""}`;
}
