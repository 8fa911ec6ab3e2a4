/** A small card beside what is pointed at, or where the keyboard stands: value and gradient of one tensor, side by side. */

import type { SideBySide } from "../../model/sideBySide";
import { intersects, onScreen, type Viewport } from "../camera/camera";
import type { CameraControl } from "../camera/cameraControl";
import { make } from "../dom";
import type { Rect } from "../layout/geometry";
import type { Painter } from "../canvas/painter";
import type { Picture } from "../pictures/picture";
import { pointedAt, standingAt, type Pointed } from "./pointed";
import { rectOf, type Place } from "./walk";

/** From what is pointed at to the card, and from the card to the end of the stage. */
const gap = 14;
const margin = 8;

/** How near to an edge, in pixels of the screen, a pointer means it. */
export const edgeReach = 9;

interface Point {
  readonly x: number;
  readonly y: number;
}

export class HoverCard {
  private readonly root = make("div", "stage-hover");
  private pointed: { target: Element; place: Rect } | null = null;
  private told = "";

  constructor(
    private readonly stageRoot: HTMLElement,
    private readonly camera: CameraControl,
    private readonly painter: Painter,
  ) {
    this.root.id = "stage-hover";
    this.root.setAttribute("role", "tooltip");
    this.root.hidden = true;
    stageRoot.append(this.root);
  }

  /** Something at this place of the stage is pointed at, or nothing is. */
  point(target: Element | null, place?: Rect): void {
    if (target !== this.pointed?.target) {
      this.pointed?.target.removeAttribute("aria-describedby");
      // On a card, not on what is painted inside of it.
      if (target?.matches("[role]") === true) {
        target.setAttribute("aria-describedby", this.root.id);
      }
    }
    this.pointed = target === null || place === undefined ? null : { target, place };
  }

  /** Tells of what is pointed at as the picture stands now, else of where the keyboard stands. */
  tell(picture: Picture | null, stand: Place | null): void {
    const found = picture === null ? null : this.find(picture);
    if (found !== null && this.pointed !== null) this.show(found.sides, this.pointed.place);
    else if (picture !== null && stand !== null) this.tellStand(picture, stand);
    else this.hide();
    this.stageRoot.classList.toggle("is-over-edge", found?.isEdge === true);
  }

  private find(picture: Picture): Pointed | null {
    if (this.pointed === null) return null;
    const { target, place } = this.pointed;
    return pointedAt(picture, {
      target,
      ...this.camera.toWorld(place.x, place.y),
      reach: edgeReach / this.camera.view.scale,
      isOnGround: this.painter.isGround(target),
      blocks: this.painter.showsBlocks,
    });
  }

  private tellStand(picture: Picture, stand: Place): void {
    const rect = rectOf(picture.geometry, stand);
    const sides = standingAt(picture, stand);
    const isInSight = rect !== null && intersects(rect, this.camera.visible);
    if (sides === null || !isInSight) this.hide();
    else this.show(sides, onScreen(this.camera.view, rect), this.cardsInView(picture));
  }

  /** What must not be covered where a person is about to walk: on the screen. */
  private cardsInView({ geometry }: Picture): Rect[] {
    const { view, visible } = this.camera;
    return [...geometry.cards, ...geometry.gradientCards]
      .filter((rect) => intersects(rect, visible))
      .map((rect) => onScreen(view, rect));
  }

  private hide(): void {
    this.root.hidden = true;
    this.told = "";
  }

  private show(sides: SideBySide, place: Rect, spared: readonly Rect[] = []): void {
    const text = JSON.stringify(sides);
    if (this.told !== text) this.root.replaceChildren(...contentOf(sides));
    this.told = text;
    this.root.hidden = false;
    const { offsetWidth: width, offsetHeight: height } = this.root;
    const { x, y } = placeBeside(place, { width, height }, this.camera.viewport, spared);
    this.root.style.transform = `translate(${String(x)}px, ${String(y)}px)`;
  }
}

/**
 * Beside a place where it covers least of what is to be spared, the corners of the stage included;
 * right of it, left, below or above, wherever there is room first, if nothing is.
 */
function placeBeside(
  place: Rect,
  card: Viewport,
  viewport: Viewport,
  spared: readonly Rect[],
): Point {
  const beside = firstWithRoom(place, card, viewport);
  if (spared.length === 0) return beside;
  const covered = (point: Point): number =>
    spared.filter((rect) => intersects(rect, { ...point, ...card })).length;
  const points = [beside, ...sidesAndCorners(place, card, viewport)];
  const counts = points.map(covered);
  return points[counts.indexOf(Math.min(...counts))] ?? beside;
}

/** Above and below a place, and in the corners of the stage, as far as it is large enough. */
function sidesAndCorners(place: Rect, card: Viewport, viewport: Viewport): Point[] {
  const [mostX, mostY] = [
    Math.round(viewport.width - card.width - margin),
    Math.round(viewport.height - card.height - margin),
  ];
  const x = Math.round(Math.max(margin, Math.min(place.x, mostX)));
  const points = [
    { x, y: Math.round(place.y - gap - card.height) },
    { x, y: Math.round(place.y + place.height + gap) },
    ...[mostY, margin].flatMap((y) => [mostX, margin].map((corner) => ({ x: corner, y }))),
  ];
  return points.filter(({ y }) => y >= margin && y <= mostY);
}

function firstWithRoom({ x, y, width, height }: Rect, card: Viewport, viewport: Viewport): Point {
  const [right, below] = [x + width + gap, y + height + gap];
  const [left, above] = [x - gap - card.width, y - gap - card.height];
  const [mostX, mostY] = [
    viewport.width - card.width - margin,
    viewport.height - card.height - margin,
  ];
  const within = (at: number, most: number): number =>
    Math.round(Math.max(margin, Math.min(at, most)));
  if (right <= mostX) return { x: Math.round(right), y: within(y, mostY) };
  if (left >= margin) return { x: Math.round(left), y: within(y, mostY) };
  const isBelow = below <= mostY || above < margin;
  return { x: within(x, mostX), y: within(isBelow ? below : above, mostY) };
}

function contentOf({ title, kind, rows, notes }: SideBySide): HTMLElement[] {
  const content = [make("div", "stage-hover-title", title), make("div", "stage-hover-kind", kind)];
  if (rows.length > 0) content.push(tableOf(rows));
  for (const note of notes) content.push(make("div", "stage-hover-note", note));
  return content;
}

function tableOf(rows: SideBySide["rows"]): HTMLElement {
  const table = make("table", "stage-hover-table");
  const head = make("tr", "");
  head.append(
    make("td", ""),
    make("th", "is-value", "value"),
    make("th", "is-gradient", "gradient"),
  );
  table.append(head);
  for (const { label, value, gradient } of rows) {
    const row = make("tr", "");
    row.append(make("th", "", label), make("td", "", value), make("td", "", gradient));
    table.append(row);
  }
  return table;
}
