/** What lies under the pointer or the focus, as something to select, open or close. */

import type { Selection } from "../model/selection";
import { formatNumber } from "../model/format";
import { tensorName } from "../model/names";
import type { Geometry, Rect } from "./geometry";
import { selectionOfBackwardEdge, selectionOfCard, selectionOfGradient } from "./locate";
import { edgeAt, type Picture } from "./picture";
import type { Flow } from "./timing";

/** A hit on what shows more or less of the tape. */
export type Disclosing =
  | { kind: "open"; call: number }
  | { kind: "close"; frame: number }
  | { kind: "unfold"; frame: number }
  | { kind: "step"; repeat: number; step: number };

export type Hit = Disclosing | { kind: "select"; selection: Selection } | { kind: "ground" };

/** A hit on an element of the stage; ground where there is none. */
export function hitElement(target: Element, geometry: Geometry): Hit {
  const opener = target.closest<HTMLElement>("[data-open]");
  if (opener !== null) return { kind: "open", call: Number(opener.dataset.open) };
  const frame = target.closest<HTMLElement>("[data-frame]");
  if (frame !== null) return { kind: "close", frame: Number(frame.dataset.frame) };
  const unfolder = target.closest<HTMLElement>("[data-unfold]");
  if (unfolder !== null) return { kind: "unfold", frame: Number(unfolder.dataset.unfold) };
  const hidden = target.closest<HTMLElement>("[data-hidden]");
  if (hidden !== null) return hitHidden(hidden.dataset.hidden ?? "", geometry);
  const selection = selectionOfElement(target, geometry);
  return selection === null ? { kind: "ground" } : { kind: "select", selection };
}

/** What stands for hidden steps leads to the nearest of them. */
function hitHidden(key: string, { scene }: Geometry): Hit {
  const item = scene.itemOfKey.get(key);
  const fold = scene.folds.find(({ before, after }) => before === item || after === item);
  if (fold === undefined) return { kind: "ground" };
  const step = fold.step + (fold.before === item ? -1 : 1);
  return { kind: "step", repeat: fold.repeat.id, step };
}

function selectionOfElement(target: Element, { scene }: Geometry): Selection | null {
  const element = target.closest<HTMLElement>("[data-card], [data-gradient-card], [data-chip]");
  if (element === null) return null;
  const { card, gradientCard, chip } = element.dataset;
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
    const card = scene.items[geometry.cards.findIndex((rect) => contains(rect, x, y))];
    if (card !== undefined) return selectionOfCard(card);
    const gradient = scene.items[geometry.gradientCards.findIndex((rect) => contains(rect, x, y))];
    if (gradient !== undefined) return selectionOfGradient(scene, gradient);
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

function contains(rect: Rect, x: number, y: number): boolean {
  return x >= rect.x && y >= rect.y && x <= rect.x + rect.width && y <= rect.y + rect.height;
}

/** The edge under the pointer in words; null where there is none. */
export function describeEdgeAt(
  picture: Picture,
  x: number,
  y: number,
  reach: number,
): string | null {
  const { geometry, timing, tape, playhead } = picture;
  const hit = edgeAt(geometry, picture.edges, x, y, reach);
  if (hit === null) return null;
  const { structure } = tape;
  if (hit.half === "forward") {
    const edge = geometry.scene.forward[hit.index];
    return edge === undefined ? null : tensorName(structure, edge.tensor);
  }
  const edge = geometry.scene.backward[hit.index];
  if (edge === undefined) return null;
  const towards = edge.of === null ? "" : ` towards ${tensorName(structure, edge.of)}`;
  const arrives = timing.arrives[edge.index] as number;
  const arrived = arrives >= 0 && arrives <= playhead;
  return `gradient${towards}: ${describeFlow(timing.flows[edge.index] as Flow, arrived)}`;
}

function describeFlow(flow: Flow, arrived: boolean): string {
  if (flow.kind === "unreached") return "never reached";
  if (!arrived) return "not yet";
  switch (flow.kind) {
    case "zero":
      return "exactly zero";
    case "not-finite":
      return "NaN or infinite";
    case "value":
      return `norm ${formatNumber(flow.norm)}`;
  }
}
