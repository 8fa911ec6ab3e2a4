/** What things on a tape are called on the screen. */

import type { Call, Op, Structure, Tensor } from "../api/types";
import { formatShape, shortName } from "./format";
import { tensorOf } from "./tape";

/** The innermost module call around a call (itself included); null outside of every module. */
export function moduleOf(structure: Structure, callId: number | null): Call | null {
  let call = callId === null ? undefined : structure.calls[callId];
  while (call !== undefined && call.kind !== "module") {
    call = call.parent === null ? undefined : structure.calls[call.parent];
  }
  return call ?? null;
}

/** The layer (or else the function) that an op ran in: `fc1`; null for an op on its own. */
export function layerOf(structure: Structure, op: Op): string | null {
  const module = moduleOf(structure, op.call);
  if (module !== null) return module.name;
  return op.call === null ? null : (structure.calls[op.call]?.name ?? null);
}

/** `fc1 · addmm`, or `addmm` where the layer would only repeat it. */
export function opName(structure: Structure, op: Op): string {
  const short = shortName(op.name);
  const layer = layerOf(structure, op);
  return layer === null || layer === short ? short : `${layer} · ${short}`;
}

const views = new Set([
  "t",
  "transpose",
  "permute",
  "view",
  "_unsafe_view",
  "expand",
  "alias",
  "detach",
]);
const transposing = new Set(["t", "transpose"]);

/**
 * The given name of a tensor, seen through views: `fc1.weightᵀ`; null where nothing is named.
 */
export function givenName(structure: Structure, tensor: Tensor): string | null {
  let current = tensor;
  let suffix = "";
  // A view of a view of a name: a few steps at most, and each goes back in the tape.
  while (current.name === null && current.op !== null) {
    const op = structure.ops[current.op];
    const source = op?.operands[0];
    if (op === undefined || source === undefined || !views.has(shortName(op.name))) return null;
    if (transposing.has(shortName(op.name))) suffix += "ᵀ";
    current = tensorOf(structure, source);
  }
  return current.name === null ? null : current.name + suffix;
}

/** A tensor's name for a title: `fc1.weight`, `∂loss/∂fc1.weight`, `fc1 · addmm (100, 8)`. */
export function tensorName(structure: Structure, id: number): string {
  const tensor = tensorOf(structure, id);
  if (tensor.role === "gradient") return gradientName(structure, tensor);
  if (tensor.role === "updated" && tensor.of != null) {
    return `${tensorName(structure, tensor.of)} after the update`;
  }
  return tensor.name ?? producedName(structure, tensor);
}

function producedName(structure: Structure, tensor: Tensor): string {
  const op = tensor.op === null ? undefined : structure.ops[tensor.op];
  const name = op === undefined ? "tensor" : opName(structure, op);
  return `${name} ${formatShape(tensor.shape)}`;
}

function gradientName(structure: Structure, tensor: Tensor): string {
  const loss =
    structure.loss === null ? "loss" : (structure.tensors[structure.loss]?.name ?? "loss");
  if (tensor.of == null) return `gradient ${formatShape(tensor.shape)}`;
  const whole = `∂${loss}/∂${tensorName(structure, tensor.of)}`;
  return isPart(structure, tensor) ? `${whole}, one part of a sum` : whole;
}

/** Whether a gradient is one of several that arrive for the same tensor and are added. */
function isPart(structure: Structure, gradient: Tensor): boolean {
  if (gradient.edge == null) return false;
  let arriving = 0;
  for (const edge of structure.edges) {
    if (edge.of === gradient.of && edge.tensor !== null) arriving += 1;
  }
  return arriving > 1;
}

/** `(100, 2)` for what an op computed, the name for what was given: how operands are spelled. */
export function operandName(structure: Structure, id: number, layer: string | null): string {
  const tensor = tensorOf(structure, id);
  const isGiven = tensor.role === "parameter" || tensor.role === "buffer" || tensor.op !== null;
  const name = isGiven ? givenName(structure, tensor) : null;
  const owned = tensor.op === null || (name?.endsWith("ᵀ") ?? false);
  if (name === null || !owned) return formatShape(tensor.shape);
  return layer !== null && name.startsWith(`${layer}.`) ? name.slice(layer.length + 1) : name;
}
