/** The part of the stage that a selection's influence and its gradient's way run through. */

import type { Influence } from "../../model/influence";
import type { Spot } from "../pointing/locate";
import type { Scene } from "./scene";

/** What is selected and all that is on the way; a group is, if anything inside of it is. */
export function traceScene(scene: Scene, influence: Influence, selected: Spot): Spot {
  const { structure } = scene;
  const cards = new Set(selected.cards);
  const gradientCards = new Set(selected.gradientCards);
  for (const id of influence.ops) addItem(cards, scene.itemOfOp[id]);
  for (const id of influence.nodes) {
    const op = structure.nodes[id]?.op ?? null;
    if (op !== null) addItem(gradientCards, scene.itemOfOp[op]);
  }
  const chips = new Set([...selected.chips, ...influence.tensors]);
  for (const { index, kind, output } of scene.items) {
    if (kind !== "input" || output === null || !influence.tensors.has(output)) continue;
    cards.add(index);
    gradientCards.add(index);
  }
  for (const id of influence.tensors) {
    const gradient = structure.tensors[id]?.gradient ?? null;
    if (gradient !== null) chips.add(gradient);
  }
  const forward = scene.forward.filter(
    ({ tensor, to }) => influence.tensors.has(tensor) && cards.has(to),
  );
  const backward = scene.backward.filter(({ edges }) =>
    edges.some((id) => influence.edges.has(id)),
  );
  return {
    cards,
    gradientCards,
    chips,
    forward: new Set(forward.map(({ index }) => index)),
    backward: new Set([...selected.backward, ...backward.map(({ index }) => index)]),
  };
}

function addItem(items: Set<number>, item: number | undefined): void {
  if (item !== undefined && item >= 0) items.add(item);
}
