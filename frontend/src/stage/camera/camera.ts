/** Which part of the world the host shows: offset and scale, and how they change smoothly. */

import type { Rect } from "../layout/geometry";

export interface View {
  /** Screen position of the world's origin, in CSS pixels. */
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

export interface Viewport {
  readonly width: number;
  readonly height: number;
}

export const smallestScale = 0.004;
export const largestScale = 4;
/** From this scale on cards can be read. */
export const readableScale = 0.55;
const margin = 20;
/** Room below for the legend. */
const legendRoom = 30;
const glideMilliseconds = 280;

export function clampScale(scale: number): number {
  return Math.min(largestScale, Math.max(smallestScale, scale));
}

/** The view that shows all of a rectangle, no larger than life. */
export function viewOf(bounds: Rect, viewport: Viewport): View {
  const across = (viewport.width - 2 * margin) / bounds.width;
  const height = viewport.height - legendRoom;
  const down = (height - margin) / bounds.height;
  return centredOn(bounds, { ...viewport, height }, clampScale(Math.min(1.15, across, down)));
}

export function centredOn(rect: Rect, viewport: Viewport, scale: number): View {
  return {
    x: viewport.width / 2 - (rect.x + rect.width / 2) * scale,
    y: viewport.height / 2 - (rect.y + rect.height / 2) * scale,
    scale,
  };
}

/** Zoomed by a factor with the point under the pointer held still. */
export function zoomedAt(view: View, factor: number, x: number, y: number): View {
  const scale = clampScale(view.scale * factor);
  const ratio = scale / view.scale;
  return { x: x - (x - view.x) * ratio, y: y - (y - view.y) * ratio, scale };
}

export function panned(view: View, dx: number, dy: number): View {
  return { ...view, x: view.x + dx, y: view.y + dy };
}

export function toWorld(view: View, x: number, y: number): { x: number; y: number } {
  return { x: (x - view.x) / view.scale, y: (y - view.y) / view.scale };
}

/** The part of the world that lies under a rectangle of the screen. */
export function worldUnder(view: View, { x, y, width, height }: Rect): Rect {
  const { scale } = view;
  return { ...toWorld(view, x, y), width: width / scale, height: height / scale };
}

/** Where on the screen a rectangle of the world is. */
export function onScreen({ x, y, scale }: View, rect: Rect): Rect {
  return {
    x: rect.x * scale + x,
    y: rect.y * scale + y,
    width: rect.width * scale,
    height: rect.height * scale,
  };
}

/** The part of the world that the viewport shows. */
export function visibleWorld(view: View, viewport: Viewport): Rect {
  return worldUnder(view, { x: 0, y: 0, ...viewport });
}

export function intersects(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/**
 * The same view if a rectangle is seen whole, else the nearest one in which it has room around it:
 * the camera then rests for a few steps.
 */
export function bringingIntoView(view: View, rect: Rect, viewport: Viewport): View {
  const room = Math.min(90, viewport.width * 0.15, viewport.height * 0.15);
  const edge = 8;
  const shift = (start: number, length: number, extent: number): number => {
    // Too large to be seen whole: what a card's numbers make stands at its end.
    if (length > extent - 2 * edge) return extent - edge - (start + length);
    // Room on one side is not to push the other side out of view.
    const free = Math.min(room, (extent - length) / 2);
    if (start < edge) return free - start;
    return start + length > extent - edge ? extent - free - (start + length) : 0;
  };
  const dx = shift(view.x + rect.x * view.scale, rect.width * view.scale, viewport.width);
  const dy = shift(view.y + rect.y * view.scale, rect.height * view.scale, viewport.height);
  return dx === 0 && dy === 0 ? view : panned(view, dx, dy);
}

function easeOut(share: number): number {
  return 1 - (1 - share) ** 3;
}

/** A movement of something between 0 and 1 that a frame loop can ask for its place. */
export class Glide {
  constructor(
    private readonly startedAt: number,
    private readonly milliseconds = glideMilliseconds,
  ) {}

  /** Eased share of the way, 1 when it is over. */
  at(now: number): number {
    const share = (now - this.startedAt) / this.milliseconds;
    return share >= 1 ? 1 : easeOut(Math.max(0, share));
  }
}

export function between(a: View, b: View, share: number): View {
  const mix = (from: number, to: number): number => from + (to - from) * share;
  return { x: mix(a.x, b.x), y: mix(a.y, b.y), scale: mix(a.scale, b.scale) };
}
