/** What a person has pointed at, and what follows from it. */

import type { Structure } from "../api/types";
import { opName, tensorName } from "./names";
import { accumulatedTensor } from "./timeline";

export type Selection = { kind: "tensor" | "op" | "node" | "call" | "edge"; id: number };

export function sameSelection(a: Selection | null, b: Selection | null): boolean {
  return a === b || (a !== null && b !== null && a.kind === b.kind && a.id === b.id);
}

/** Whether the tape holds what is selected; a selection can outlive the structure it was made on. */
export function holds(structure: Structure, { kind, id }: Selection): boolean {
  const lists = {
    tensor: structure.tensors,
    op: structure.ops,
    node: structure.nodes,
    call: structure.calls,
    edge: structure.edges,
  };
  return lists[kind][id] !== undefined;
}

/** The tensors that a call gives to what runs outside of it, in order of appearance. */
export function callOutputs(structure: Structure, callId: number): number[] {
  const call = structure.calls[callId];
  if (call === undefined) return [];
  const made = new Set<number>();
  for (let id = call.first_op; id < call.end_op; id++) {
    for (const result of structure.ops[id]?.results ?? []) made.add(result);
  }
  const used = new Set<number>();
  for (const op of structure.ops) {
    if (op.phase !== "forward" || (op.id >= call.first_op && op.id < call.end_op)) continue;
    for (const operand of op.operands) if (made.has(operand)) used.add(operand);
  }
  for (const id of [structure.loss, structure.output])
    if (id !== null && made.has(id)) used.add(id);
  if (used.size > 0) return [...made].filter((id) => used.has(id));
  const last = structure.ops[call.end_op - 1]?.results.at(-1);
  return last === undefined ? [] : [last];
}

/** The tensor whose numbers a selection is about; null where there is none. */
export function tensorShown(structure: Structure, selection: Selection): number | null {
  const { kind, id } = selection;
  switch (kind) {
    case "tensor":
      return structure.tensors[id] === undefined ? null : id;
    case "op":
      return structure.ops[id]?.results[0] ?? null;
    case "call":
      return callOutputs(structure, id).at(-1) ?? null;
    case "edge":
      return structure.edges[id]?.tensor ?? null;
    case "node": {
      const op = structure.nodes[id]?.op ?? null;
      return op === null
        ? accumulatedTensor(structure, id)
        : (structure.ops[op]?.results[0] ?? null);
    }
  }
}

/** The selection in words. */
export function selectionTitle(structure: Structure, selection: Selection): string {
  const { kind, id } = selection;
  switch (kind) {
    case "tensor":
      return tensorName(structure, id);
    case "op": {
      const op = structure.ops[id];
      return op === undefined ? "" : opName(structure, op);
    }
    case "call": {
      const call = structure.calls[id];
      return call === undefined ? "" : (call.path ?? call.name);
    }
    case "edge": {
      const edge = structure.edges[id];
      return edge?.of == null
        ? "gradient edge"
        : `gradient towards ${tensorName(structure, edge.of)}`;
    }
    case "node":
      return structure.nodes[id]?.name ?? "";
  }
}

export interface Neighbours {
  /** Tensors that went in. */
  readonly inputs: readonly number[];
  /** Tensors that came out. */
  readonly outputs: readonly number[];
}

/** The tensors that went into what is selected and that came out of it. */
export function neighbours(structure: Structure, selection: Selection): Neighbours {
  const { kind, id } = selection;
  switch (kind) {
    case "op":
      return opNeighbours(structure, id);
    case "call":
      return callNeighbours(structure, id);
    case "node": {
      const op = structure.nodes[id]?.op ?? null;
      return op === null ? { inputs: [], outputs: [] } : opNeighbours(structure, op);
    }
    case "edge": {
      const of = structure.edges[id]?.of ?? null;
      return { inputs: [], outputs: of === null ? [] : [of] };
    }
    case "tensor": {
      const op = structure.tensors[id]?.op ?? null;
      return op === null ? { inputs: [], outputs: [] } : opNeighbours(structure, op);
    }
  }
}

function opNeighbours(structure: Structure, opId: number): Neighbours {
  const op = structure.ops[opId];
  return { inputs: op?.operands ?? [], outputs: op?.results ?? [] };
}

function callNeighbours(structure: Structure, callId: number): Neighbours {
  const call = structure.calls[callId];
  if (call === undefined) return { inputs: [], outputs: [] };
  const inputs = new Set<number>();
  const made = new Set<number>();
  for (let id = call.first_op; id < call.end_op; id++) {
    const op = structure.ops[id];
    for (const operand of op?.operands ?? []) if (!made.has(operand)) inputs.add(operand);
    for (const result of op?.results ?? []) made.add(result);
  }
  return { inputs: [...inputs], outputs: callOutputs(structure, callId) };
}

/** What the event at this playhead was about; null at the very start. */
export function subjectOf(structure: Structure, playhead: number): Selection | null {
  const event = structure.events[playhead - 1];
  if (event === undefined) return null;
  switch (event.kind) {
    case "forward_op":
      return { kind: "op", id: event.subject };
    case "backward_node":
      return { kind: "node", id: event.subject };
    case "accumulate": {
      const tensor = accumulatedTensor(structure, event.subject);
      const gradient = tensor === null ? null : (structure.tensors[tensor]?.gradient ?? null);
      return gradient === null
        ? { kind: "node", id: event.subject }
        : { kind: "tensor", id: gradient };
    }
    case "update":
      return { kind: "tensor", id: event.subject };
  }
}
