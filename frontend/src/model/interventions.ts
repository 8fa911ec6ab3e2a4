/** What is done to layers while the network runs: which layer is meant, and what is said of it. */

import type { Intervention, Structure } from "../api/types";
import { formatNumber } from "./format";
import { moduleOf } from "./names";
import type { Selection } from "./selection";

/** The layer that a selection is about, or belongs to; null outside of the network's layers. */
export function layerSelected(
  structure: Structure,
  selection: Selection,
  layers: readonly string[],
): string | null {
  const path = pathOf(structure, selection);
  const layer = path?.split(".")[0];
  return layer !== undefined && layers.includes(layer) ? layer : null;
}

/** The module around what is selected, or the whole name of a parameter: `fc1.weight`. */
function pathOf(structure: Structure, { kind, id }: Selection): string | null {
  switch (kind) {
    case "call":
      return moduleOf(structure, id)?.path ?? null;
    case "op":
      return pathOfOp(structure, id);
    case "node":
      return pathOfOp(structure, structure.nodes[id]?.op ?? null);
    case "edge":
      return pathOfTensor(structure, structure.edges[id]?.of ?? null);
    case "tensor":
      return pathOfTensor(structure, id);
  }
}

function pathOfOp(structure: Structure, id: number | null): string | null {
  const op = id === null ? undefined : structure.ops[id];
  if (op === undefined) return null;
  // What runs in the backward pass belongs to the layer whose node it runs for.
  const forward = op.phase === "backward" ? structure.nodes[op.node ?? -1]?.op : op.id;
  return moduleOf(structure, structure.ops[forward ?? -1]?.call ?? null)?.path ?? null;
}

function pathOfTensor(structure: Structure, id: number | null): string | null {
  const tensor = id === null ? undefined : structure.tensors[id];
  if (tensor === undefined) return null;
  if (tensor.of != null) return pathOfTensor(structure, tensor.of);
  const isNamed = tensor.role === "parameter" || tensor.role === "buffer";
  return isNamed ? tensor.name : pathOfOp(structure, tensor.op);
}

/** Whether a layer has parameters of its own. */
export function hasParameters(structure: Structure, layer: string): boolean {
  return structure.tensors.some(
    ({ role, name }) => role === "parameter" && name?.startsWith(`${layer}.`) === true,
  );
}

/** What is done, without the layer: `gradient × 0.5`. */
export function wordIntervention({ what, factor }: Intervention): string {
  switch (what) {
    case "freeze":
      return "frozen";
    case "cut_value":
      return "value cut";
    case "scale_gradient":
      return factor == null || factor === 0 ? "gradient cut" : `gradient × ${formatNumber(factor)}`;
  }
}

/** What of this sort is in force for a layer. */
export function findIntervention(
  inForce: readonly Intervention[],
  layer: string,
  what: Intervention["what"],
): Intervention | null {
  return inForce.find((each) => each.layer === layer && each.what === what) ?? null;
}

/** Names of the layers that updates leave out from now on. */
export function frozenLayers(inForce: readonly Intervention[]): ReadonlySet<string> {
  return new Set(inForce.filter(({ what }) => what === "freeze").map(({ layer }) => layer));
}

/**
 * Parameters that the update of this iteration left out though they have a gradient: they are
 * frozen. None on a tape without an update.
 */
export function frozenParameters(structure: Structure): ReadonlySet<number> {
  const moved = new Set<string | null>();
  for (const { role, of } of structure.tensors) {
    if (role === "updated" && of != null) moved.add(structure.tensors[of]?.name ?? null);
  }
  const frozen = structure.tensors.filter(
    ({ role, name, gradient }) => role === "parameter" && gradient != null && !moved.has(name),
  );
  return new Set(moved.size === 0 ? [] : frozen.map(({ id }) => id));
}
