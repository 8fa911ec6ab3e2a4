/** What lies under the pointer, as something to select, open or close. */

import type { Selection } from "../../model/selection";
import type { Geometry } from "../layout/geometry";
import { selectionOfBackwardEdge, selectionOfCard, selectionOfGradient } from "./locate";
import { blockAt, edgeAt, type Picture } from "../pictures/picture";
import type { Scene } from "../scene/scene";

/** A hit on what shows more or less of the tape. */
export type Disclosing =
  | { kind: "open"; call: number }
  | { kind: "close"; frame: number }
  | { kind: "unfold"; frame: number }
  | { kind: "step"; repeat: number; step: number };

export type Hit =
  | Disclosing
  | { kind: "select"; selection: Selection }
  /** A control on a card, which knows itself what to do. */
  | { kind: "control" }
  | { kind: "ground" };

/** A hit on an element of the stage; ground where there is none. */
export function hitElement(target: Element, geometry: Geometry): Hit {
  if (target.closest("[data-control]") !== null) return { kind: "control" };
  const opener = target.closest<HTMLElement>("[data-open]");
  if (opener !== null) return { kind: "open", call: Number(opener.dataset.open) };
  const frame = target.closest<HTMLElement>("[data-frame]");
  if (frame !== null) return { kind: "close", frame: Number(frame.dataset.frame) };
  const unfolder = target.closest<HTMLElement>("[data-unfold]");
  if (unfolder !== null) return { kind: "unfold", frame: Number(unfolder.dataset.unfold) };
  const hidden = target.closest<HTMLElement>("[data-hidden]");
  if (hidden !== null) {
    return hitHidden(hidden.dataset.hidden ?? "", geometry.scene) ?? { kind: "ground" };
  }
  const selection = selectionOfElement(target, geometry);
  return selection === null ? { kind: "ground" } : { kind: "select", selection };
}

/** What stands for hidden steps leads to the nearest of them. */
export function hitHidden(key: string, scene: Scene): Disclosing | null {
  const item = scene.itemOfKey.get(key);
  const fold = scene.folds.find(({ before, after }) => before === item || after === item);
  if (fold === undefined) return null;
  const step = fold.step + (fold.before === item ? -1 : 1);
  return { kind: "step", repeat: fold.repeat.id, step };
}

export function selectionOfElement(target: Element, { scene }: Geometry): Selection | null {
  const element = target.closest<HTMLElement>(
    "[data-card], [data-gradient-card], [data-chip], [data-tensor]",
  );
  if (element === null) return null;
  const { card, gradientCard, chip, tensor } = element.dataset;
  if (tensor !== undefined) return { kind: "tensor", id: Number(tensor) };
  if (chip !== undefined) return { kind: "tensor", id: Number(chip.replace("none:", "")) };
  const item = scene.items[scene.itemOfKey.get(card ?? gradientCard ?? "") ?? -1];
  if (item === undefined) return null;
  return card !== undefined ? selectionOfCard(item) : selectionOfGradient(scene, item);
}

/** The call that a double click on this element opens. */
export function callToOpen(target: Element, { scene }: Geometry): number | null {
  const element = target.closest<HTMLElement>("[data-card], [data-gradient-card]");
  const key = element?.dataset.card ?? element?.dataset.gradientCard ?? "";
  return scene.items[scene.itemOfKey.get(key) ?? -1]?.opens ?? null;
}

/** A hit on what is only painted: blocks seen from afar, and edges. */
export function hitPainting(
  picture: Picture,
  x: number,
  y: number,
  reach: number,
  blocks: boolean,
): Selection | null {
  const { geometry } = picture;
  const { scene } = geometry;
  if (blocks) {
    const block = blockAt(geometry, x, y);
    const item = scene.items[block?.item ?? -1];
    if (block?.half === "forward" && item !== undefined) return selectionOfCard(item);
    if (item !== undefined) return selectionOfGradient(scene, item);
  }
  const edge = edgeAt(geometry, picture.edges, x, y, reach);
  if (edge === null) return null;
  if (edge.half === "forward") {
    const tensor = scene.forward[edge.index]?.tensor;
    return tensor === undefined ? null : { kind: "tensor", id: tensor };
  }
  const backward = scene.backward[edge.index];
  return backward === undefined ? null : selectionOfBackwardEdge(backward);
}
