/** What lies under the pointer, or where the keyboard stands, and what there is to tell about it. */

import { formatNumber } from "../../model/format";
import { tensorName } from "../../model/names";
import { sideBySide, type SideBySide } from "../../model/sideBySide";
import { selectionOfElement } from "./clicks";
import { blockAt, edgeAt, type Picture } from "../pictures/picture";
import type { BackwardEdge } from "../scene/sceneEdges";
import { itemAt, type Place } from "./walk";

/** What a pointer means, and where in the world it is. */
export interface Pointer {
  readonly target: Element;
  readonly x: number;
  readonly y: number;
  /** How near to an edge, in the world, it means it. */
  readonly reach: number;
  /** Whether it is on the ground between the cards, or on a card that is painted there. */
  readonly isOnGround: boolean;
  readonly blocks: boolean;
}

export interface Pointed {
  readonly sides: SideBySide;
  readonly isEdge: boolean;
}

/** What the keyboard stands at; null where that is nothing with numbers. */
export function standingAt(picture: Picture, place: Place): SideBySide | null {
  const tensor = place.leaf ?? itemAt(picture.geometry.scene, place)?.output ?? null;
  return tellTensor(picture, tensor)?.sides ?? null;
}

/** Null where there is nothing that has numbers. */
export function pointedAt(picture: Picture, pointer: Pointer): Pointed | null {
  const { x, y, reach } = pointer;
  if (!pointer.isOnGround) return tellTensor(picture, tensorOfElement(picture, pointer.target));
  const block = pointer.blocks ? blockAt(picture.geometry, x, y) : null;
  if (block === null) return pointedEdge(picture, x, y, reach);
  return tellTensor(picture, picture.geometry.scene.items[block.item]?.output ?? null);
}

function tellTensor({ tape, playhead }: Picture, tensor: number | null): Pointed | null {
  return tensor === null ? null : { sides: sideBySide(tape, tensor, playhead), isEdge: false };
}

function tensorOfElement({ geometry }: Picture, target: Element): number | null {
  // What opens and closes has a title of its own, and a number is spelled out on its card.
  if (target.closest("[data-open], [data-frame], .stage-grid") !== null) return null;
  const card = target.closest<HTMLElement>("[data-card], [data-gradient-card]");
  if (card !== null) {
    const key = card.dataset.card ?? card.dataset.gradientCard ?? "";
    return geometry.scene.items[geometry.scene.itemOfKey.get(key) ?? -1]?.output ?? null;
  }
  const selection = selectionOfElement(target, geometry);
  return selection?.kind === "tensor" ? selection.id : null;
}

function pointedEdge(picture: Picture, x: number, y: number, reach: number): Pointed | null {
  const { geometry, tape, playhead } = picture;
  const hit = edgeAt(geometry, picture.edges, x, y, reach);
  if (hit === null) return null;
  if (hit.half === "forward") {
    const edge = geometry.scene.forward[hit.index];
    return edge === undefined
      ? null
      : { sides: sideBySide(tape, edge.tensor, playhead), isEdge: true };
  }
  const edge = geometry.scene.backward[hit.index];
  if (edge === undefined || edge.of === null) return null;
  const sides = sideBySide(tape, edge.of, playhead);
  const title = `gradient towards ${tensorName(tape.structure, edge.of)}`;
  const notes = [...edgeNotes(picture, edge), ...sides.notes];
  return { sides: { ...sides, title, notes }, isEdge: true };
}

/** What this one edge carries, where that is not the whole gradient or no number at all. */
function edgeNotes({ timing, playhead, tape }: Picture, edge: BackwardEdge): string[] {
  const flow = timing.flows[edge.index];
  const arrives = timing.arrives[edge.index] ?? -1;
  if (flow === undefined || flow.kind === "unreached")
    return ["Never reached by the backward pass."];
  if (arrives > playhead) return [];
  if (flow.kind === "zero") return ["Dead: exactly zero flows here."];
  if (flow.kind === "not-finite") return ["NaN or infinity flows here."];
  const whole = edge.of === null ? null : tape.structure.tensors[edge.of]?.gradient;
  const isWhole = edge.edges.some((id) => tape.structure.edges[id]?.tensor === whole);
  return isWhole ? [] : [`This edge carries norm ${formatNumber(flow.norm)}`];
}
