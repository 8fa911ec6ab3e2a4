/** What the recorded tape says about the layers of a recipe: shapes and numbers of parameters. */

import type { Structure } from "../api/types";
import { formatCount, formatShapeShort } from "./format";
import { callOfLayer } from "./inspection";
import { defaultInput, layerName, type Spec } from "./spec";

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

/** A layer of a recipe that a tape ends before. */
export interface MissingLayer {
  readonly name: string;
  readonly kind: string;
  /** Names of what would flow into it. */
  readonly inputs: readonly string[];
}

/** The first layer that a tape knows nothing of; null if it holds them all. */
export function firstLayerNotOn(structure: Structure, spec: Spec): MissingLayer | null {
  const index = spec.network.layers.findIndex(
    (_, at) => callOfLayer(structure, layerName(spec, at)) === null,
  );
  const layer = spec.network.layers[index];
  if (layer === undefined) return null;
  const inputs = layer.inputs ?? [defaultInput(spec, index)];
  return { name: layerName(spec, index), kind: layer.kind, inputs };
}

const LONGEST_CHANGE = 15;

/** `2 → 8` where a layer changes the shape, `8` where it does not; `→ 16×2×2` where room is short. */
export function shapeChange(facts: Map<string, LayerFacts>, input: string, layer: string): string {
  const before = facts.get(input)?.output ?? "";
  const after = facts.get(layer)?.output ?? "";
  if (before === "" || after === "" || before === after) return after;
  const change = `${before} → ${after}`;
  return change.length > LONGEST_CHANGE ? `→ ${after}` : change;
}

/** `100 × 2` of the batch that the tape holds; "" before the first recording. */
export function batchShape(structure: Structure | null): string {
  const input = structure?.tensors.find(({ role }) => role === "input");
  return input === undefined ? "" : input.shape.map(formatCount).join("×");
}
