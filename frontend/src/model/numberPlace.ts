/** One number of a parameter, as a person writes it: `fc1.weight[0, 2]`. */

import type { NumberPlace, Structure } from "../api/types";

export function readNumberPlace(text: string): NumberPlace | null {
  const found = /^\s*([\w.]+)\s*\[([\d,\s]*)\]\s*$/.exec(text);
  const [, tensor, indices] = found ?? [];
  if (tensor === undefined || indices === undefined) return null;
  const index = indices.trim() === "" ? [] : indices.split(",").map((each) => each.trim());
  if (index.some((each) => each === "")) return null;
  return { tensor, index: index.map(Number) };
}

export function writeNumberPlace({ tensor, index }: NumberPlace): string {
  return `${tensor}[${index.join(", ")}]`;
}

/** Two numbers to begin with: the first of the first parameter, and one of the last matrix. */
export function usualNumbers(structure: Structure): { x: string; y: string } {
  const parameters = structure.tensors.filter(({ role }) => role === "parameter");
  const [first] = parameters;
  const last = parameters.findLast(({ shape }) => shape.length > 1) ?? first;
  if (first === undefined || last === undefined) return { x: "", y: "" };
  const x = { tensor: first.name ?? "", index: first.shape.map(() => 0) };
  if (last !== first) return { x: writeNumberPlace(x), y: writeNumberPlace(zeroOf(last)) };
  // The only matrix: another number of it, or one of the next parameter.
  const other = neighbour(first.shape);
  const second = parameters[1];
  const y = other !== null ? { ...x, index: other } : second === undefined ? x : zeroOf(second);
  return { x: writeNumberPlace(x), y: writeNumberPlace(y) };
}

function zeroOf({ name, shape }: Structure["tensors"][number]): NumberPlace {
  return { tensor: name ?? "", index: shape.map(() => 0) };
}

function neighbour(shape: readonly number[]): number[] | null {
  const wide = shape.findLastIndex((size) => size > 1);
  return wide < 0 ? null : shape.map((_, dimension) => (dimension === wide ? 1 : 0));
}
