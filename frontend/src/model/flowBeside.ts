/** What stands beside each row of a flow map, of the iteration that is shown. */

import type { LayerStatistics, Metrics } from "../api/types";
import { kindOf } from "./flowOverTime";
import { formatMeasure } from "./flowScale";
import { ABSENT, updateSeries, type FlowRow } from "./flowSeries";
import { numberInWords } from "./flowWords";
import { rowsBefore } from "./metrics";

/** The share of an activation that follows a layer. */
export interface UnitShare {
  readonly activation: string;
  readonly kind: "dead" | "saturated";
  readonly share: number;
}

export interface FlowBeside {
  readonly name: string;
  /** Update ÷ weight where it was last measured; ABSENT where it was not yet. */
  readonly ratio: number;
  readonly units: UnitShare | null;
}

export function besideRows(
  rows: readonly FlowRow[],
  metrics: Metrics,
  layers: readonly LayerStatistics[],
  shown: number | null,
): FlowBeside[] {
  const { iterations, values } = updateSeries(metrics, rows);
  const at = rowsBefore(iterations, (shown ?? Infinity) + 1) - 1;
  return rows.map(({ name }, row) => ({
    name,
    ratio: values[row]?.[at] ?? ABSENT,
    units: unitsAfter(layers, name),
  }));
}

/** The first activation after a layer, before the next one that learns. */
function unitsAfter(layers: readonly LayerStatistics[], name: string): UnitShare | null {
  const from = layers.findIndex((layer) => layer.name === name);
  if (from < 0) return null;
  for (const layer of layers.slice(from + 1)) {
    const { name: activation, dead_share: dead, saturated_share: saturated } = layer;
    if (dead !== null) return { activation, kind: "dead", share: dead };
    if (saturated !== null) return { activation, kind: "saturated", share: saturated };
    if (layer.parameter_gradient !== null) return null;
  }
  return null;
}

/** `fc1: update ÷ weight 0.00123, within the usual band; relu1: 25 % dead`. */
export function besideInWords({ name, ratio, units }: FlowBeside): string {
  const update = `${name}: ${numberInWords(ratio, "update")}`;
  if (units === null) return update;
  return `${update}; ${units.activation}: ${formatMeasure(units.kind, units.share)} ${units.kind}`;
}

/** A ratio where there is little room. */
export function formatRatio(ratio: number): string {
  return kindOf(ratio) === "absent" ? "–" : formatMeasure("update", ratio);
}
