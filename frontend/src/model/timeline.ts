/** The events of a tape along time: phases, words, and the steps of the transport. */

import type { Event, Node, Op, Phase, Structure } from "../api/types";
import { formatShape, shortName } from "./format";
import { layerOf, opName, operandName, tensorName } from "./names";
import { tensorOf } from "./tape";

export interface PhaseSegment {
  readonly phase: Phase;
  /** The playhead before the segment's first event. */
  readonly from: number;
  /** The playhead after its last event. */
  readonly to: number;
}

function phaseOf(event: Event): Phase {
  switch (event.kind) {
    case "forward_op":
      return "forward";
    case "backward_node":
    case "accumulate":
      return "backward";
    case "update":
      return "update";
  }
}

/** The timeline's coloured stretches, in order. */
export function phaseSegments(structure: Structure): PhaseSegment[] {
  const segments: { phase: Phase; from: number; to: number }[] = [];
  for (const [index, event] of structure.events.entries()) {
    const phase = phaseOf(event);
    const last = segments.at(-1);
    if (last?.phase === phase) last.to = index + 1;
    else segments.push({ phase, from: index, to: index + 1 });
  }
  return segments;
}

/** The forward op behind a node; null for one that accumulates. */
function forwardOpOf(structure: Structure, node: Node): Op | null {
  return node.op === null ? null : (structure.ops[node.op] ?? null);
}

/** The tensor whose gradient a node accumulates; null if it is not such a node or was not reached. */
export function accumulatedTensor(structure: Structure, nodeId: number): number | null {
  for (const edge of structure.edges) {
    if (edge.target === nodeId && edge.of !== null) return edge.of;
  }
  return null;
}

const products = new Set(["mm", "matmul", "bmm", "mul", "dot", "mv"]);
const infix: Record<string, string> = { add: "+", add_: "+", sub: "−", div: "÷" };

/** The operands of an op in words: `(100, 2) × weightᵀ + bias`. */
function describeOperands(structure: Structure, op: Op): string {
  const layer = layerOf(structure, op);
  const names = op.operands.map((id) => operandName(structure, id, layer));
  const short = shortName(op.name);
  const [first, second, third] = names;
  if (short === "addmm" && third !== undefined)
    return `${second ?? ""} × ${third} + ${first ?? ""}`;
  if (products.has(short)) return names.join(" × ");
  return names.join(` ${infix[short] ?? ","} `).replaceAll(" , ", ", ");
}

function describeForward(structure: Structure, op: Op): string {
  const results = op.results.map((id) => formatShape(tensorOf(structure, id).shape)).join(", ");
  const operands = describeOperands(structure, op);
  return `${opName(structure, op)}: ${operands === "" ? "" : `${operands} `}→ ${results}`;
}

function describeBackward(structure: Structure, node: Node): string {
  const targets = new Set<string>();
  for (const id of node.edges) {
    const edge = structure.edges[id];
    if (edge?.of != null && edge.tensor !== null) targets.add(tensorName(structure, edge.of));
  }
  const op = forwardOpOf(structure, node);
  const layer = op === null ? null : layerOf(structure, op);
  const name = layer === null ? node.name : `${layer} · ${node.name}`;
  if (targets.size === 0) return `${name} runs; no gradient leaves it`;
  return `${name}: gradient for ${[...targets].join(", ")}`;
}

function nameOrRole(structure: Structure, id: number | null): string {
  return id === null ? "a leaf" : tensorName(structure, id);
}

/** The event of this sequence number in words for people. */
export function describeEvent(structure: Structure, sequence: number): string {
  const event = structure.events[sequence];
  if (event === undefined) return "before the first event";
  const op = structure.ops[event.subject];
  const node = structure.nodes[event.subject];
  switch (event.kind) {
    case "forward_op":
      return op === undefined ? "an op ran" : describeForward(structure, op);
    case "backward_node":
      return node === undefined ? "a node ran" : describeBackward(structure, node);
    case "accumulate":
      return `gradient arrives at ${nameOrRole(structure, accumulatedTensor(structure, event.subject))}`;
    case "update":
      return `the optimizer updates ${tensorName(structure, event.subject)}`;
  }
}

/** What an event belongs to when stepping by calls: the outermost call, the phase elsewhere. */
function stepOf(structure: Structure, event: Event): string {
  if (event.kind === "update") return "update";
  let op = structure.ops[event.subject];
  if (event.kind !== "forward_op") {
    const node = structure.nodes[event.subject];
    op = node === undefined ? undefined : (forwardOpOf(structure, node) ?? undefined);
    if (op === undefined) return "accumulate";
  }
  let call = op?.call == null ? undefined : structure.calls[op.call];
  while (call?.parent != null) call = structure.calls[call.parent];
  return `${phaseOf(event)}:${call === undefined ? `op${String(op?.id)}` : String(call.id)}`;
}

/**
 * The playhead one call further (1) or back (-1): where the outermost call changes.
 *
 * Gradients that accumulate stay with the call whose node sent them.
 */
export function nextCallBoundary(
  structure: Structure,
  playhead: number,
  direction: 1 | -1,
): number {
  const { events } = structure;
  const steps = (index: number): string => {
    for (let i = index; i >= 0; i--) {
      const event = events[i];
      if (event === undefined) break;
      const step = stepOf(structure, event);
      if (step !== "accumulate") return step;
    }
    return "accumulate";
  };
  let position = Math.min(Math.max(playhead, 0), events.length);
  if (direction === 1) {
    if (position >= events.length) return events.length;
    const step = steps(position);
    do position += 1;
    while (position < events.length && steps(position) === step);
    return position;
  }
  if (position === 0) return 0;
  const step = steps(position - 1);
  do position -= 1;
  while (position > 0 && steps(position - 1) === step);
  return position;
}
