/**
 * What a selection influences on the way to the loss, and the way that its gradient comes back.
 *
 * Linear in the tape: a tape may hold tens of thousands of ops.
 */

import type { Structure } from "../api/types";
import type { Selection } from "./selection";

export interface Influence {
  /** Tensors that are selected or computed from what is. */
  readonly tensors: ReadonlySet<number>;
  /** Forward ops that are selected or compute with any of those. */
  readonly ops: ReadonlySet<number>;
  /** Gradient edges between the loss and the selection. */
  readonly edges: ReadonlySet<number>;
  /** Nodes along those edges. */
  readonly nodes: ReadonlySet<number>;
}

/** Null where a selection is nothing that values or gradients flow through. */
export function influenceOf(structure: Structure, selection: Selection): Influence | null {
  const start = startOf(structure, selection);
  if (start.tensors.size === 0 && start.ops.size === 0) return null;
  const { tensors, ops } = descend(structure, start);
  return { tensors, ops, ...climb(structure, nodesOf(structure, start)) };
}

interface Start {
  readonly tensors: Set<number>;
  readonly ops: Set<number>;
}

/** The tensors that are meant, and the ops that made them. */
function startOf(structure: Structure, { kind, id }: Selection): Start {
  const start: Start = { tensors: new Set(), ops: new Set() };
  switch (kind) {
    case "tensor":
      addTensor(structure, id, start);
      break;
    case "op":
      addOp(structure, id, start);
      break;
    case "call": {
      const call = structure.calls[id];
      for (let op = call?.first_op ?? 0; op < (call?.end_op ?? 0); op++) {
        addOp(structure, op, start);
      }
      break;
    }
    case "node":
      addNode(structure, id, start);
      break;
    case "edge": {
      const of = structure.edges[id]?.of ?? null;
      if (of !== null) addTensor(structure, of, start);
      break;
    }
  }
  return start;
}

/** A gradient and an updated parameter stand for the tensor that they are of. */
function addTensor(structure: Structure, id: number, start: Start): void {
  const given = structure.tensors[id];
  const tensor = given?.of == null ? given : structure.tensors[given.of];
  if (tensor === undefined) return;
  start.tensors.add(tensor.id);
}

function addOp(structure: Structure, id: number, start: Start): void {
  const op = structure.ops[id];
  if (op?.phase !== "forward") return;
  start.ops.add(id);
  for (const result of op.results) start.tensors.add(result);
}

function addNode(structure: Structure, id: number, start: Start): void {
  const op = structure.nodes[id]?.op ?? null;
  if (op !== null) return addOp(structure, op, start);
  // A node of no op gathers the gradient of a leaf.
  for (const edge of structure.edges) {
    if (edge.target === id && edge.of !== null) addTensor(structure, edge.of, start);
  }
}

/** Forward along the tape, which never uses what is not there yet: one pass is enough. */
function descend(structure: Structure, start: Start): Start {
  const tensors = new Set(start.tensors);
  const ops = new Set(start.ops);
  const first = structure.ops.findIndex(({ phase }) => phase === "forward");
  for (let id = Math.max(0, first); id < structure.ops.length; id++) {
    const op = structure.ops[id];
    if (op?.phase !== "forward" || !isInfluenced(structure, op, tensors, ops)) continue;
    ops.add(id);
    for (const result of op.results) tensors.add(result);
  }
  return { tensors, ops };
}

/** By an operand, or through autograd: what was written into a view changes the whole of it. */
function isInfluenced(
  structure: Structure,
  op: Structure["ops"][number],
  tensors: ReadonlySet<number>,
  ops: ReadonlySet<number>,
): boolean {
  if (op.operands.some((id) => tensors.has(id))) return true;
  const node = op.node === null ? undefined : structure.nodes[op.node];
  return node?.edges.some((id) => comesFrom(structure, id, tensors, ops)) === true;
}

function comesFrom(
  structure: Structure,
  edgeId: number,
  tensors: ReadonlySet<number>,
  ops: ReadonlySet<number>,
): boolean {
  const edge = structure.edges[edgeId];
  if (edge === undefined) return false;
  const op = structure.nodes[edge.target]?.op ?? null;
  return (edge.of !== null && tensors.has(edge.of)) || (op !== null && ops.has(op));
}

/** The nodes whose running brings the selection its gradient: of its ops, or of a leaf. */
function nodesOf(structure: Structure, { tensors, ops }: Start): Set<number> {
  const nodes = new Set<number>();
  for (const id of ops) {
    const node = structure.ops[id]?.node ?? null;
    if (node !== null) nodes.add(node);
  }
  for (const edge of structure.edges) {
    if (edge.of !== null && tensors.has(edge.of)) nodes.add(edge.target);
  }
  return nodes;
}

/** Back up from these nodes to the loss: every edge that a gradient took towards them. */
function climb(
  structure: Structure,
  targets: ReadonlySet<number>,
): { edges: Set<number>; nodes: Set<number> } {
  const arriving: number[][] = structure.nodes.map(() => []);
  for (const edge of structure.edges) {
    if (edge.tensor !== null) arriving[edge.target]?.push(edge.id);
  }
  const edges = new Set<number>();
  const nodes = new Set(targets);
  const stack = [...targets];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    for (const id of arriving[node] ?? []) {
      edges.add(id);
      const source = structure.edges[id]?.source ?? -1;
      if (source < 0 || nodes.has(source)) continue;
      nodes.add(source);
      stack.push(source);
    }
  }
  return { edges, nodes };
}
