/** A small card beside what is pointed at: value and gradient of one tensor, side by side. */

import type { SideBySide } from "../model/sideBySide";
import { toWorld, type View, type Viewport } from "./camera";
import { make } from "./dom";
import type { Rect } from "./geometry";
import type { Picture } from "./picture";
import { pointedAt } from "./pointed";

/** From what is pointed at to the card. */
const gap = 14;

/** How near to an edge, in pixels of the screen, a pointer means it. */
export const edgeReach = 9;

export class HoverCard {
  readonly root = make("div", "stage-hover");
  private pointed: { target: Element; place: Rect } | null = null;
  private told = "";

  constructor() {
    this.root.id = "stage-hover";
    this.root.setAttribute("role", "tooltip");
    this.root.hidden = true;
  }

  get isPointed(): boolean {
    return this.pointed !== null;
  }

  /** Something at this place of the stage is pointed at, or has the focus; or nothing is. */
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

  /** Tells what is pointed at as the picture stands now. */
  tell(
    picture: Picture | null,
    { view, viewport }: { view: View; viewport: Viewport },
    painter: { isGround(target: Element): boolean; showsBlocks: boolean },
  ): { isOverEdge: boolean } {
    const { pointed } = this;
    if (picture === null || pointed === null) return this.hide();
    const { target, place } = pointed;
    const found = pointedAt(picture, {
      target,
      ...toWorld(view, place.x, place.y),
      reach: edgeReach / view.scale,
      isOnGround: painter.isGround(target),
      blocks: painter.showsBlocks,
    });
    if (found === null) return this.hide();
    this.show(found.sides, place, viewport);
    return { isOverEdge: found.isEdge };
  }

  private hide(): { isOverEdge: false } {
    this.root.hidden = true;
    this.told = "";
    return { isOverEdge: false };
  }

  /** Beside the place, on the side where there is room. */
  private show(sides: SideBySide, place: Rect, viewport: Viewport): void {
    const text = JSON.stringify(sides);
    if (this.told !== text) this.root.replaceChildren(...contentOf(sides));
    this.told = text;
    this.root.hidden = false;
    const { offsetWidth: width, offsetHeight: height } = this.root;
    const right = place.x + place.width + gap;
    const x = right + width + 8 <= viewport.width ? right : place.x - gap - width;
    const y = Math.min(place.y, viewport.height - height - 8);
    const [left, top] = [Math.max(8, x), Math.max(8, y)].map(Math.round);
    this.root.style.transform = `translate(${String(left)}px, ${String(top)}px)`;
  }
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
