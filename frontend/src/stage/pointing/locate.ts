/** Where a selection lies on the stage, and what a click on the stage selects. */

import type { Selection } from "../../model/selection";
import { accumulatedTensor } from "../../model/timeline";
import type { Item, Scene } from "../scene/scene";
import type { BackwardEdge } from "../scene/sceneEdges";

export interface Spot {
  /** Items whose forward card is meant. */
  readonly cards: ReadonlySet<number>;
  /** Items whose gradient card is meant. */
  readonly gradientCards: ReadonlySet<number>;
  /** Tensors whose chips are meant, gradients among them. */
  readonly chips: ReadonlySet<number>;
  /** Edges that are meant themselves. */
  readonly forward: ReadonlySet<number>;
  readonly backward: ReadonlySet<number>;
}

interface Draft {
  cards: Set<number>;
  gradientCards: Set<number>;
  chips: Set<number>;
  forward: Set<number>;
  backward: Set<number>;
}

export const nowhere: Spot = emptySpot();

function emptySpot(): Draft {
  return {
    cards: new Set(),
    gradientCards: new Set(),
    chips: new Set(),
    forward: new Set(),
    backward: new Set(),
  };
}

export function locate(scene: Scene, selection: Selection | null): Spot {
  return locateAll(scene, selection === null ? [] : [selection]);
}

/** Where several selections lie, taken together. */
export function locateAll(scene: Scene, selections: readonly Selection[]): Spot {
  const spot = emptySpot();
  for (const selection of selections) addSelection(scene, selection, spot);
  return spot;
}

function addSelection(scene: Scene, { kind, id }: Selection, spot: Draft): void {
  const { structure } = scene;
  switch (kind) {
    case "tensor":
      locateTensor(scene, id, spot);
      break;
    case "op":
      addItem(spot.cards, scene.itemOfOp[id]);
      break;
    case "node": {
      const op = structure.nodes[id]?.op ?? null;
      const leaf = op === null ? accumulatedTensor(structure, id) : null;
      if (op !== null) addItem(spot.gradientCards, scene.itemOfOp[op]);
      if (leaf !== null) locateTensor(scene, structure.tensors[leaf]?.gradient ?? -1, spot);
      break;
    }
    case "call": {
      const call = structure.calls[id];
      for (let op = call?.first_op ?? 0; op < (call?.end_op ?? 0); op++) {
        addItem(spot.cards, scene.itemOfOp[op]);
      }
      break;
    }
    case "edge":
      for (const edge of scene.backward) if (edge.edges.includes(id)) spot.backward.add(edge.index);
      locateTensor(scene, structure.edges[id]?.tensor ?? -1, spot);
      break;
  }
}

function addItem(items: Set<number>, item: number | undefined): void {
  if (item !== undefined && item >= 0) items.add(item);
}

function locateTensor(scene: Scene, id: number, spot: Draft): void {
  const { structure } = scene;
  const tensor = structure.tensors[id];
  if (tensor === undefined) return;
  spot.chips.add(id);
  if (tensor.role === "gradient" || tensor.role === "updated") {
    const of = tensor.of == null ? undefined : structure.tensors[tensor.of];
    if (tensor.role === "updated" && of !== undefined) spot.chips.add(of.id);
    if (tensor.role === "gradient" && of !== undefined) {
      addItem(
        spot.gradientCards,
        of.op === null ? scene.itemOfKey.get(`tensor:${of.id}`) : scene.itemOfOp[of.op],
      );
    }
    return;
  }
  addItem(
    spot.cards,
    tensor.op === null ? scene.itemOfKey.get(`tensor:${id}`) : scene.itemOfOp[tensor.op],
  );
}

/** The edges and cards next to what is meant: its inputs and its outputs. */
export function surroundings(scene: Scene, spot: Spot): Spot {
  const around = emptySpot();
  for (const edge of scene.forward) {
    if (!spot.cards.has(edge.from) && !spot.cards.has(edge.to)) continue;
    around.forward.add(edge.index);
    around.cards.add(edge.from).add(edge.to);
  }
  for (const edge of scene.backward) {
    const touches = spot.gradientCards.has(edge.from) || spot.gradientCards.has(edge.to);
    if (!touches && !spot.backward.has(edge.index)) continue;
    around.backward.add(edge.index);
    around.gradientCards.add(edge.from).add(edge.to);
  }
  return around;
}

/**
 * Where a tensor is used, if that is in several places: items with their cards, or for its gradient
 * with their gradient cards. What stands for hidden steps is among them.
 */
export function usersOf(scene: Scene, tensor: number | null): Spot {
  const { structure, uses, itemOfOp } = scene;
  const found = tensor === null ? undefined : structure.tensors[tensor];
  const leaf = found?.of ?? found?.id ?? -1;
  if ((uses[leaf] ?? 0) < 2) return nowhere;
  const users = emptySpot();
  for (const op of structure.ops) {
    if (op.phase !== "forward" || !op.operands.includes(leaf)) continue;
    addItem(found?.role === "gradient" ? users.gradientCards : users.cards, itemOfOp[op.id]);
  }
  return users;
}

/** Null for a layer that the tape knows nothing of, and for what stands for hidden steps. */
export function selectionOfCard(item: Item): Selection | null {
  if (item.kind === "missing" || item.kind === "hidden") return null;
  const [kind, id] = item.key.split(":") as ["call" | "op" | "tensor", string];
  return { kind, id: Number(id) };
}

/** The gradient that a gradient card shows; without one, the tensor that has none. */
export function selectionOfGradient(scene: Scene, item: Item): Selection | null {
  if (item.output === null || item.kind === "hidden") return null;
  return { kind: "tensor", id: scene.structure.tensors[item.output]?.gradient ?? item.output };
}

export function selectionOfBackwardEdge(edge: BackwardEdge): Selection | null {
  const [first] = edge.edges;
  return first === undefined ? null : { kind: "edge", id: first };
}
