/** What a pointer does on the stage: select, select several, open, close, and tell of edges. */

import type { Selection } from "../model/selection";
import { intersects } from "./camera";
import type { CameraControl } from "./cameraControl";
import { callToOpen, describeEdgeAt, hitElement, hitPainting } from "./clicks";
import { make } from "./dom";
import type { Rect } from "./geometry";
import { selectionOfCard, selectionOfGradient } from "./locate";
import type { Painter } from "./painter";
import type { Picture } from "./picture";

export interface PointingHandlers {
  picture(): Picture | null;
  open(call: number): void;
  close(frame: number): void;
  select(selection: Selection | null): void;
  /** Adds to what is selected, or takes away from it. */
  toggle(selection: Selection): void;
  /** Adds these to what is selected. */
  extend(selections: readonly Selection[]): void;
}

/** How near to an edge, in pixels of the screen, a pointer means it. */
const edgeReach = 9;

export class Pointing {
  private readonly lasso = make("div", "stage-lasso");

  constructor(
    private readonly root: HTMLElement,
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
    if (hit.kind === "open") this.handlers.open(hit.call);
    else if (hit.kind === "close") this.handlers.close(hit.frame);
    else {
      const found = hit.kind === "select" ? hit.selection : this.hitGround(picture, x, y);
      if (!several) this.handlers.select(found);
      else if (found !== null) this.handlers.toggle(found);
    }
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
    if (picture === null || target.closest("[data-open], [data-frame]") !== null) return;
    const call = callToOpen(target, picture.geometry);
    if (call !== null) this.handlers.open(call);
    else if (this.painter.isGround(target)) this.camera.glideZoom(1.6, x, y);
  }

  hover(target: Element, x: number, y: number): void {
    const picture = this.painter.isGround(target) ? this.handlers.picture() : null;
    const point = this.camera.toWorld(x, y);
    const reach = edgeReach / this.camera.view.scale;
    const words = picture === null ? null : describeEdgeAt(picture, point.x, point.y, reach);
    this.root.classList.toggle("is-over-edge", words !== null);
    this.root.title = words ?? "";
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
    const { scale } = this.camera.view;
    const corner = this.camera.toWorld(box.x, box.y);
    const area = { ...corner, width: box.width / scale, height: box.height / scale };
    this.handlers.extend(cardsWithin(picture, area));
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
