/** Pointer, wheel, pinch and keys on the stage, as moves of the camera and clicks. */

import type { Rect } from "../layout/geometry";

export interface GestureHandlers {
  pan(dx: number, dy: number): void;
  /** Zoom by a factor about a point of the host. */
  zoom(factor: number, x: number, y: number): void;
  /** A press and release in one place; `several` adds to what is selected. */
  click(target: Element, x: number, y: number, several: boolean): void;
  doubleClick(target: Element, x: number, y: number): void;
  /** The pointer is here; not while dragging. */
  hover(target: Element, x: number, y: number): void;
  /** Nothing is pointed at any more: the pointer left, or it drags. */
  unhover(): void;
  /** A rectangle is being drawn, and has been drawn; null where it was given up. */
  sweep(box: Rect): void;
  swept(box: Rect | null): void;
  /** The keyboard's focus has come to the graph. */
  enter(): void;
  /** It has gone elsewhere, or a pointer takes over. */
  leave(): void;
  /** It came to something on a card that takes up this part of the host. */
  focus(box: Rect): void;
  /** A slider was moved to a step of a repeat. */
  slide(repeat: number, step: number): void;
  /** True if the key meant something here. */
  key(event: KeyboardEvent): boolean;
}

/** A pointer that moved less than this many pixels has clicked, not dragged. */
const clickTolerance = 5;

interface Point {
  x: number;
  y: number;
}

export class Gestures {
  private readonly pointers = new Map<number, Point>();
  private readonly controller = new AbortController();
  private moved = 0;
  /** Where a drag with Shift began: it draws a rectangle instead of moving the view. */
  private sweepFrom: Point | null = null;

  constructor(
    private readonly root: HTMLElement,
    private readonly handlers: GestureHandlers,
  ) {
    const { signal } = this.controller;
    root.addEventListener("pointerdown", (event) => this.down(event), { signal });
    root.addEventListener("pointermove", (event) => this.move(event), { signal });
    root.addEventListener("pointerup", (event) => this.up(event), { signal });
    root.addEventListener("pointercancel", (event) => this.release(event), { signal });
    root.addEventListener("pointerleave", () => this.handlers.unhover(), { signal });
    root.addEventListener("wheel", (event) => this.wheel(event), { signal, passive: false });
    root.addEventListener("dblclick", (event) => this.double(event), { signal });
    root.addEventListener("keydown", (event) => this.press(event), { signal });
    root.addEventListener("input", (event) => this.input(event), { signal });
    root.addEventListener("focus", () => this.enter(), { signal });
    root.addEventListener("focusin", (event) => this.focus(event), { signal });
    root.addEventListener("focusout", (event) => this.blur(event), { signal });
    root.addEventListener("click", (event) => this.activate(event), { signal });
    // The host scrolls when the browser brings a focused card into view; the camera does that here.
    root.addEventListener("scroll", () => root.scrollTo(0, 0), { signal });
  }

  destroy(): void {
    this.controller.abort();
  }

  private at(event: MouseEvent): Point {
    const box = this.root.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  private down(event: PointerEvent): void {
    if (event.button !== 0 && event.button !== 1) return;
    // A slider is dragged by itself.
    if (event.target instanceof HTMLInputElement) return;
    this.handlers.leave();
    this.pointers.set(event.pointerId, this.at(event));
    if (this.pointers.size === 1) this.moved = 0;
    this.sweepFrom = event.shiftKey && this.pointers.size === 1 ? this.at(event) : null;
  }

  private move(event: PointerEvent): void {
    const last = this.pointers.get(event.pointerId);
    const now = this.at(event);
    if (last === undefined) {
      if (event.target instanceof Element) this.handlers.hover(event.target, now.x, now.y);
      return;
    }
    const [dx, dy] = [now.x - last.x, now.y - last.y];
    this.moved += Math.abs(dx) + Math.abs(dy);
    if (this.moved > clickTolerance) this.capture(event.pointerId);
    if (this.pointers.size === 2) this.pinch(event.pointerId, last, now);
    else if (this.moved > clickTolerance) {
      if (this.sweepFrom === null) this.handlers.pan(dx, dy);
      else this.handlers.sweep(boxBetween(this.sweepFrom, now));
    }
    this.pointers.set(event.pointerId, now);
  }

  /** Only once it is a drag: a captured pointer would take its click away from the cards. */
  private capture(pointerId: number): void {
    if (!this.root.hasPointerCapture(pointerId)) this.root.setPointerCapture(pointerId);
    this.root.classList.add("is-dragging");
    this.handlers.unhover();
  }

  private pinch(pointerId: number, last: Point, now: Point): void {
    const other = [...this.pointers].find(([id]) => id !== pointerId)?.[1];
    if (other === undefined) return;
    const before = Math.hypot(last.x - other.x, last.y - other.y);
    const after = Math.hypot(now.x - other.x, now.y - other.y);
    if (before > 0)
      this.handlers.zoom(after / before, (now.x + other.x) / 2, (now.y + other.y) / 2);
    this.handlers.pan((now.x - last.x) / 2, (now.y - last.y) / 2);
  }

  private up(event: PointerEvent): void {
    const known = this.pointers.has(event.pointerId);
    const now = this.at(event);
    if (known && this.sweepFrom !== null && this.moved > clickTolerance) {
      this.handlers.swept(boxBetween(this.sweepFrom, now));
      this.sweepFrom = null;
    }
    this.release(event);
    if (!known || this.moved > clickTolerance || event.button !== 0) return;
    if (event.target instanceof Element) {
      this.handlers.click(event.target, now.x, now.y, event.shiftKey);
    }
  }

  /** A screen reader clicks without a pointer. */
  private activate(event: MouseEvent): void {
    if (event.detail !== 0 || !(event.target instanceof Element)) return;
    const { x, y } = this.at(event);
    this.handlers.click(event.target, x, y, event.shiftKey);
  }

  private release(event: PointerEvent): void {
    this.pointers.delete(event.pointerId);
    if (this.sweepFrom !== null) this.handlers.swept(null);
    this.sweepFrom = null;
    if (this.pointers.size === 0) this.root.classList.remove("is-dragging");
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    const { x, y } = this.at(event);
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    // Trackpads send a pinch as a wheel with the control key, in finer steps.
    const speed = event.ctrlKey ? 0.01 : 0.0016;
    this.handlers.zoom(Math.exp(-event.deltaY * lines * speed), x, y);
  }

  private double(event: MouseEvent): void {
    const { x, y } = this.at(event);
    if (event.target instanceof Element) this.handlers.doubleClick(event.target, x, y);
  }

  private enter(): void {
    // A press of the pointer focuses too, but then the arrow keys stay the transport's.
    if (this.root.matches(":focus-visible")) this.handlers.enter();
  }

  private focus({ target }: FocusEvent): void {
    if (!(target instanceof Element) || target === this.root) return;
    // A click focuses too, but then the person is already looking there.
    if (!target.matches(":focus-visible")) return;
    const [box, home] = [target.getBoundingClientRect(), this.root.getBoundingClientRect()];
    const { width, height } = box;
    this.handlers.focus({ x: box.x - home.x, y: box.y - home.y, width, height });
  }

  private input({ target }: Event): void {
    if (!(target instanceof HTMLInputElement)) return;
    this.handlers.slide(Number(target.dataset.repeat), Number(target.value) - 1);
  }

  private blur({ relatedTarget }: FocusEvent): void {
    const isOnGraph =
      relatedTarget === this.root ||
      (relatedTarget instanceof Element && relatedTarget.closest(".stage-world") !== null);
    if (!isOnGraph) this.handlers.leave();
  }

  private press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    // The buttons over the graph have keys of their own.
    if (event.target instanceof HTMLButtonElement) return;
    if (this.handlers.key(event)) {
      event.preventDefault();
      event.stopPropagation();
    }
  }
}

function boxBetween(a: Point, b: Point): Rect {
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  return { x, y, width: Math.abs(a.x - b.x), height: Math.abs(a.y - b.y) };
}
