/** What the recorded tape says about the layers of a recipe: shapes and numbers of parameters. */

import type { Structure } from "../api/types";
import { formatCount, formatShapeShort } from "./format";
import { callOfLayer } from "./inspection";
import { layerName, type Spec } from "./spec";

/** A shape without its batch dimension: `16×8×8`; the whole of a vector. */
function perSample(shape: readonly number[]): string {
  return shape.length < 2 ? formatShapeShort(shape) : formatShapeShort(shape.slice(1));
}

export interface LayerFacts {
  /** Shape per sample that leaves the layer. */
  output: string;
  parameters: number;
}

/** By layer name; "input" and "target" too. */
export function layerFacts(structure: Structure): Map<string, LayerFacts> {
  const facts = new Map<string, LayerFacts>();
  for (const { role, name, shape } of structure.tensors) {
    if (name === null || role === "gradient" || role === "updated") continue;
    if (role !== "parameter" && role !== "buffer") {
      facts.set(name, { output: perSample(shape), parameters: facts.get(name)?.parameters ?? 0 });
      continue;
    }
    const layer = name.slice(0, name.lastIndexOf("."));
    const known = facts.get(layer) ?? { output: "", parameters: 0 };
    const size = role === "parameter" ? shape.reduce((product, each) => product * each, 1) : 0;
    facts.set(layer, { ...known, parameters: known.parameters + size });
  }
  return facts;
}

/** A layer of a recipe, by what a person knows it by. */
export interface NamedLayer {
  name: string;
  kind: string;
}

/** The first layer that a tape knows nothing of; null if it holds them all. */
export function firstLayerNotOn(structure: Structure, spec: Spec): NamedLayer | null {
  const names = spec.network.layers.map((_, index) => layerName(spec, index));
  const missing = names.findIndex((name) => callOfLayer(structure, name) === null);
  const layer = spec.network.layers[missing];
  return layer === undefined ? null : { name: names[missing] ?? layer.kind, kind: layer.kind };
}

const LONGEST_CHANGE = 13;

/** `2 → 8` where a layer changes the shape, `8` where it does not; `→ 16×2×2` where room is short. */
export function shapeChange(facts: Map<string, LayerFacts>, input: string, layer: string): string {
  const before = facts.get(input)?.output ?? "";
  const after = facts.get(layer)?.output ?? "";
  if (before === "" || before === after) return after;
  const change = `${before} → ${after}`;
  return change.length > LONGEST_CHANGE ? `→ ${after}` : change;
}

/** `100 × 2` of the batch that the tape holds; "" before the first recording. */
export function batchShape(structure: Structure | null): string {
  const input = structure?.tensors.find(({ role }) => role === "input");
  return input === undefined ? "" : input.shape.map(formatCount).join("×");
}
