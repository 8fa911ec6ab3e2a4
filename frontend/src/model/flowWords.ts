/** A cell of a flow map in words. */

import { cellOf, kindOf, type FlowMap } from "./flowOverTime";
import { formatMeasure, HEALTHY_RATIO, type FlowMeasure } from "./flowScale";
import { formatCount } from "./format";

const MEASURE_WORDS: Record<FlowMeasure, string> = {
  gradient: "gradient norm",
  update: "update ÷ weight",
  dead: "dead units",
  saturated: "saturated",
};

/** `fc1 · iteration 40: gradient norm 0.0312`. */
export function cellInWords(
  map: FlowMap,
  row: number,
  column: number,
  measure: FlowMeasure,
): string {
  const name = map.rows[row]?.name ?? "";
  return `${name} · ${when(map, row, column)}: ${numberInWords(cellOf(map, row, column), measure)}`;
}

/** The iteration; where a column holds several, the one that its number is from. */
function when(map: FlowMap, row: number, column: number): string {
  const { from, to } = map.columns[column] ?? { from: 0, to: 0 };
  const peak = map.peaks[row * map.columns.length + column] ?? from;
  const at = `iteration ${formatCount(peak)}`;
  return from === to ? at : `${at}, the greatest of ${formatCount(from)} to ${formatCount(to)}`;
}

export function numberInWords(value: number, measure: FlowMeasure): string {
  const words = MEASURE_WORDS[measure];
  switch (kindOf(value)) {
    case "absent":
      return "not measured";
    case "not-finite":
      return `${words} is not finite (${formatMeasure(measure, value)})`;
    case "zero":
      return measure === "gradient" ? "no gradient, or exactly zero" : zeroInWords(measure);
    case "value":
      return `${words} ${formatMeasure(measure, value)}${remark(value, measure)}`;
  }
}

/** What a number of a map means, and which are as they should be. */
export const MEASURE_NOTES: Record<FlowMeasure, string> = {
  gradient: "log scale",
  update: "one in 10⁴ to one in 10² is usual",
  dead: "units that are zero for the whole batch",
  saturated: "tanh beyond ±0.97, sigmoid beyond 0.03 to 0.97",
};

/** Why there is no map. */
export function nothingInWords(measure: FlowMeasure, hasLayers: boolean): string {
  switch (measure) {
    case "gradient":
      return "Norms of gradients appear here while the network trains.";
    case "update":
      return "Updates appear here once they have been measured.";
    case "dead":
      return hasLayers
        ? "No layer here can fall silent, as relu, gelu, silu, mish and softplus can."
        : MEASURING;
    case "saturated":
      return hasLayers ? "No layer here saturates, as tanh, sigmoid and hardtanh do." : MEASURING;
  }
}

const MEASURING = "The layers are being measured …";

function zeroInWords(measure: FlowMeasure): string {
  return measure === "update" ? "the update changed nothing" : `${MEASURE_WORDS[measure]} 0 %`;
}

function remark(value: number, measure: FlowMeasure): string {
  if (measure !== "update") return "";
  if (value < HEALTHY_RATIO.from) return ", below the usual band";
  return value > HEALTHY_RATIO.to ? ", above the usual band" : ", within the usual band";
}
