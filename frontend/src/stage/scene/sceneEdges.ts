/** The edges between the cards of a scene: where values go, and where gradients come back. */

import type { Structure } from "../../api/types";
import type { Item } from "./scene";
import { Wiring } from "./wiring";

export interface ForwardEdge {
  readonly index: number;
  /** Item that gives the tensor. */
  readonly from: number;
  /** Item that uses it. */
  readonly to: number;
  readonly tensor: number;
  /** How many operands it is: two in `a * a`. */
  readonly uses: number;
  /** The way both directions share: an index into `wires`. */
  readonly wire: number;
}

export interface BackwardEdge {
  readonly index: number;
  /** Item whose nodes sent the gradient: the later one in the tape. */
  readonly from: number;
  /** Item whose output's gradient arrives. */
  readonly to: number;
  /** The forward tensor whose gradient (or part of it) this is. */
  readonly of: number | null;
  /** The gradient edges of the tape that run here. */
  readonly edges: readonly number[];
  readonly wire: number;
}

/** A pair of items that something flows between; `from` comes first in the tape. */
export interface Wire {
  readonly from: number;
  readonly to: number;
  /** Wires of one tensor run together as far as they can. */
  readonly tensor: number;
  /** Whether it carries what comes from the network's inputs, rather than from parameters alone. */
  readonly main: boolean;
}

export interface SceneEdges {
  readonly forward: readonly ForwardEdge[];
  readonly backward: readonly BackwardEdge[];
  readonly wires: readonly Wire[];
}

/**
 * The edges between items; what stays inside of one item is not an edge.
 *
 * `awaited` names the tensors that a missing layer would take.
 */
export function connectItems(
  structure: Structure,
  items: readonly Item[],
  itemOfOp: Int32Array,
  awaited: readonly string[],
  wiring = new Wiring(items),
): SceneEdges {
  const sources = itemOfTensors(structure, items, itemOfOp);
  const forward = connectForward(structure, itemOfOp, sources, wiring);
  for (const item of items) {
    if (item.kind === "missing") connectMissing(structure, item, awaited, sources, wiring, forward);
  }
  // Nodes know where gradients would flow even where no backward pass was asked for.
  const backward = turnsBack(structure)
    ? connectBackward(structure, itemOfOp, sources, wiring)
    : [];
  return { forward, backward, wires: wiring.wires };
}

/** Whether a backward pass was recorded. */
export function turnsBack(structure: Structure): boolean {
  return structure.events.some((event) => event.kind === "backward_node");
}

/** The item that each tensor comes from; -1 for chips and for gradients. */
function itemOfTensors(
  structure: Structure,
  items: readonly Item[],
  itemOfOp: Int32Array,
): Int32Array {
  const sources = new Int32Array(structure.tensors.length).fill(-1);
  for (const tensor of structure.tensors) {
    if (tensor.op !== null) sources[tensor.id] = itemOfOp[tensor.op] ?? -1;
  }
  for (const item of items) {
    if (item.kind === "input" && item.output !== null) sources[item.output] = item.index;
  }
  return sources;
}

function connectForward(
  structure: Structure,
  itemOfOp: Int32Array,
  sources: Int32Array,
  wiring: Wiring,
): ForwardEdge[] {
  const edges: ForwardEdge[] = [];
  const byWire = new Map<number, number>();
  for (const op of structure.ops) {
    if (op.phase !== "forward") continue;
    const user = itemOfOp[op.id] ?? -1;
    for (const tensor of op.operands) {
      const source = sources[tensor] ?? -1;
      if (source < 0 || source >= user) continue;
      for (const wire of wiring.way(source, user, tensor)) {
        const known = byWire.get(wire);
        const edge = known === undefined ? undefined : edges[known];
        const { from, to } = wiring.wires[wire] as Wire;
        if (edge === undefined) {
          const index = edges.length;
          byWire.set(wire, edges.push({ index, from, to, tensor, uses: 1, wire }) - 1);
        } else if (!wiring.isShared(wire)) edges[edge.index] = { ...edge, uses: edge.uses + 1 };
      }
    }
  }
  return edges;
}

/** Where the inputs of a layer that did not run would come from. */
function connectMissing(
  structure: Structure,
  item: Item,
  awaited: readonly string[],
  sources: Int32Array,
  wiring: Wiring,
  forward: ForwardEdge[],
): void {
  for (const { id, name } of structure.tensors) {
    const from = sources[id] ?? -1;
    if (from < 0 || name === null || !awaited.includes(name)) continue;
    for (const wire of wiring.way(from, item.index, id)) {
      const ends = wiring.wires[wire] as Wire;
      forward.push({
        index: forward.length,
        from: ends.from,
        to: ends.to,
        tensor: id,
        uses: 1,
        wire,
      });
    }
  }
}

/** The item that a node's gradient arrives at: its op's, or the input that it accumulates into. */
function itemOfNode(
  structure: Structure,
  node: number,
  of: number | null,
  itemOfOp: Int32Array,
  sources: Int32Array,
): number {
  const op = structure.nodes[node]?.op ?? null;
  if (op !== null) return itemOfOp[op] ?? -1;
  return of === null ? -1 : (sources[of] ?? -1);
}

function connectBackward(
  structure: Structure,
  itemOfOp: Int32Array,
  sources: Int32Array,
  wiring: Wiring,
): BackwardEdge[] {
  const edges: { from: number; to: number; of: number | null; edges: number[]; wire: number }[] =
    [];
  const byWire = new Map<number, number>();
  for (const edge of structure.edges) {
    const later = itemOfNode(structure, edge.source, null, itemOfOp, sources);
    const earlier = itemOfNode(structure, edge.target, edge.of, itemOfOp, sources);
    // A gradient flows from later to earlier; what does not leave its item is not drawn.
    if (earlier < 0 || later <= earlier) continue;
    for (const wire of wiring.way(earlier, later, edge.of ?? -1)) {
      const known = byWire.get(wire);
      const { from: to, to: from } = wiring.wires[wire] as Wire;
      if (known !== undefined) edges[known]?.edges.push(edge.id);
      else byWire.set(wire, edges.push({ from, to, of: edge.of, edges: [edge.id], wire }) - 1);
    }
  }
  return edges.map((edge, index) => ({ ...edge, index }));
}
