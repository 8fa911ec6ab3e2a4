/** The ways in which gradient flow over time can be looked at. */

import type { FlowMeasure } from "./flowScale";
import type { RidgeMeasure } from "./ridgelines";

export type FlowViewKey = FlowMeasure | RidgeMeasure;

interface ViewOf<Kind extends string, Measure extends string> {
  readonly kind: Kind;
  readonly key: Measure;
  readonly title: string;
  /** Whether it needs what only a session tells; else the metrics are enough. */
  readonly needsLayers: boolean;
}

export type MapView = ViewOf<"map", FlowMeasure>;
export type RidgesView = ViewOf<"ridges", RidgeMeasure>;

const USUAL: MapView = {
  kind: "map",
  key: "gradient",
  title: "Gradient norm",
  needsLayers: false,
};

export const FLOW_VIEWS: readonly (MapView | RidgesView)[] = [
  USUAL,
  { kind: "map", key: "update", title: "Update ÷ weight", needsLayers: false },
  { kind: "map", key: "dead", title: "Dead units", needsLayers: true },
  { kind: "map", key: "saturated", title: "Saturated", needsLayers: true },
  { kind: "ridges", key: "output", title: "Activations", needsLayers: true },
  { kind: "ridges", key: "output_gradient", title: "Gradients of activations", needsLayers: true },
  {
    kind: "ridges",
    key: "parameter_gradient",
    title: "Gradients of parameters",
    needsLayers: true,
  },
];

/** The view of a key; the usual one where that cannot be shown. */
export function flowView(key: FlowViewKey, hasLayers: boolean): MapView | RidgesView {
  const found = FLOW_VIEWS.find((view) => view.key === key) ?? USUAL;
  return found.needsLayers && !hasLayers ? USUAL : found;
}
