/** What a press of the pointer or of Enter does on the stage: select one thing or several, open, slide. */

import type { Selection } from "../../model/selection";
import { intersects, worldUnder } from "../camera/camera";
import type { CameraControl } from "../camera/cameraControl";
import { callToOpen, hitElement, hitPainting, type Disclosing } from "./clicks";
import { make } from "../dom";
import type { Rect } from "../layout/geometry";
import { edgeReach } from "./hoverCard";
import { selectionOfCard, selectionOfGradient } from "./locate";
import type { Painter } from "../canvas/painter";
import type { Picture } from "../pictures/picture";

export interface PointingHandlers {
  picture(): Picture | null;
  /** Opens, closes, unfolds or slides what was hit. */
  disclose(hit: Disclosing): void;
  select(selection: Selection | null): void;
  /** Adds to what is selected, or takes away from it. */
  toggle(selection: Selection): void;
  /** Adds these to what is selected. */
  extend(selections: readonly Selection[]): void;
}

/** What a second click in the same place does not open a card for. */
const ownControls =
  "[data-open], [data-frame], [data-unfold], [data-hidden], [data-control], input";

export class Pointing {
  private readonly lasso = make("div", "stage-lasso");

  constructor(
    root: HTMLElement,
    private readonly camera: CameraControl,
    private readonly painter: Painter,
    private readonly handlers: PointingHandlers,
  ) {
    this.lasso.hidden = true;
    root.append(this.lasso);
  }

  click(target: Element, x: number, y: number, several: boolean): void {
    const picture = this.handlers.picture();
    if (picture === null || !this.isOnGraph(target)) return;
    const hit = hitElement(target, picture.geometry);
    if (hit.kind === "control") return;
    if (hit.kind !== "select" && hit.kind !== "ground") return this.handlers.disclose(hit);
    const found = hit.kind === "select" ? hit.selection : this.hitGround(picture, x, y);
    if (!several) this.handlers.select(found);
    else if (found !== null) this.handlers.toggle(found);
  }

  /** Enter on a control of a card, or on a part of a picture; false if that stands for nothing. */
  enter(target: EventTarget | null): boolean {
    const picture = this.handlers.picture();
    if (picture === null || !(target instanceof Element)) return false;
    const hit = hitElement(target, picture.geometry);
    if (hit.kind === "ground" || hit.kind === "control") return false;
    if (hit.kind === "select") this.handlers.select(hit.selection);
    else this.handlers.disclose(hit);
    return true;
  }

  /** Legend and map lie over the graph and have clicks of their own. */
  private isOnGraph(target: Element): boolean {
    return this.painter.isGround(target) || target.closest(".stage-world") !== null;
  }

  private hitGround(picture: Picture, x: number, y: number): Selection | null {
    const point = this.camera.toWorld(x, y);
    const reach = edgeReach / this.camera.view.scale;
    return hitPainting(picture, point.x, point.y, reach, this.painter.showsBlocks);
  }

  doubleClick(target: Element, x: number, y: number): void {
    const picture = this.handlers.picture();
    if (picture === null || target.closest(ownControls) !== null) return;
    const call = callToOpen(target, picture.geometry);
    if (call !== null) this.handlers.disclose({ kind: "open", call });
    else if (this.painter.isGround(target)) this.camera.glideZoom(1.6, x, y);
  }

  /** A rectangle is being drawn over the graph, in pixels of the host. */
  sweep({ x, y, width, height }: Rect): void {
    this.lasso.hidden = false;
    const { style } = this.lasso;
    style.transform = `translate(${String(x)}px, ${String(y)}px)`;
    style.width = `${String(width)}px`;
    style.height = `${String(height)}px`;
  }

  /** It is drawn: every card that it touches is selected too. Null: it was given up. */
  swept(box: Rect | null): void {
    this.lasso.hidden = true;
    const picture = box === null ? null : this.handlers.picture();
    if (picture === null || box === null) return;
    this.handlers.extend(cardsWithin(picture, worldUnder(this.camera.view, box)));
  }
}

function cardsWithin({ geometry }: Picture, area: Rect): Selection[] {
  const found: Selection[] = [];
  const add = (rect: Rect | undefined, selection: Selection | null): void => {
    if (rect !== undefined && selection !== null && intersects(rect, area)) found.push(selection);
  };
  const { scene } = geometry;
  for (const item of scene.items) add(geometry.cards[item.index], selectionOfCard(item));
  for (const item of scene.items) {
    add(geometry.gradientCards[item.index], selectionOfGradient(scene, item));
  }
  return found;
}
