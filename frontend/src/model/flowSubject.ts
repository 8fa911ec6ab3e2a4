/** What a click on a map of gradient flow, or on ridges, selects. */

import type { Structure } from "../api/types";
import { callOfLayer } from "./inspection";
import type { Selection } from "./selection";

export interface FlowTarget {
  readonly iteration: number;
  readonly layer: string;
  /**
   * The gradient of one of the layer's parameters, named here; else that of what the layer gave, or
   * the layer itself.
   */
  readonly part: { readonly parameter: string } | "gradient" | "layer";
}

/** Null where the tape has no such layer. */
export function flowSubject(structure: Structure, { layer, part }: FlowTarget): Selection | null {
  if (part === "layer") return callOfLayer(structure, layer);
  const [name, role] =
    part === "gradient" ? [layer, "intermediate"] : [part.parameter, "parameter"];
  const tensor = structure.tensors.find((each) => each.name === name && each.role === role);
  if (tensor === undefined) return callOfLayer(structure, layer);
  return { kind: "tensor", id: tensor.gradient ?? tensor.id };
}
