/** The camera as it moves: at once under a person's hand, smoothly where the stage moves it. */

import { viewKeeping, type Anchor } from "./anchor";
import type { Rect } from "../layout/geometry";
import {
  between,
  bringingIntoView,
  Glide,
  panned,
  toWorld,
  visibleWorld,
  zoomedAt,
  type View,
  type Viewport,
} from "./camera";
import { planFlight } from "./flight";

export class CameraControl {
  viewport: Viewport = { width: 0, height: 0 };
  /** Until a person moves the camera, a new size of the host is a reason to frame the tape anew. */
  isFramed = true;
  private current: View = { x: 0, y: 0, scale: 1 };
  private target: { to: View; step: (share: number) => View; glide: Glide } | null = null;

  constructor(
    private readonly moved: () => void,
    private readonly isStill: () => boolean,
  ) {}

  get view(): View {
    return this.current;
  }

  /** The part of the world that is in view. */
  get visible(): Rect {
    return visibleWorld(this.current, this.viewport);
  }

  get isGliding(): boolean {
    return this.target !== null;
  }

  toWorld(x: number, y: number): { x: number; y: number } {
    return toWorld(this.current, x, y);
  }

  /** A person pans by so many pixels. */
  pan(dx: number, dy: number): void {
    this.isFramed = false;
    this.set(panned(this.current, dx, dy));
  }

  /** A person zooms about a point of the host. */
  zoom(factor: number, x: number, y: number): void {
    this.isFramed = false;
    this.set(zoomedAt(this.current, factor, x, y));
  }

  /** Zooms smoothly; presses of a key add up. */
  glideZoom(factor: number, x: number, y: number): void {
    this.isFramed = false;
    this.glideTo(zoomedAt(this.target?.to ?? this.current, factor, x, y));
  }

  /** Brings a point of the world to the middle, at once. */
  centreOn(x: number, y: number): void {
    const { width, height } = this.viewport;
    const { scale } = this.current;
    this.isFramed = false;
    this.set({ x: width / 2 - x * scale, y: height / 2 - y * scale, scale });
  }

  glidePan(dx: number, dy: number): void {
    this.isFramed = false;
    this.glideTo(panned(this.target?.to ?? this.current, dx, dy));
  }

  set(view: View): void {
    [this.current, this.target] = [view, null];
    this.moved();
  }

  glideTo(to: View, startedAt = performance.now()): void {
    if (this.isStill()) this.set(to);
    else {
      const from = this.current;
      const step = (share: number): View => between(from, to, share);
      this.target = { to, step, glide: new Glide(startedAt) };
      this.moved();
    }
  }

  /** Goes far: up, along, and down again, so that a person sees where to. */
  flyTo(to: View): void {
    this.isFramed = false;
    if (this.isStill()) this.set(to);
    else {
      this.target = { to, ...planFlight(this.current, to, this.viewport, performance.now()) };
      this.moved();
    }
  }

  /** Moves only as far as needed for a rectangle of the world to be seen. */
  bringIntoView(rect: Rect): void {
    const from = this.target?.to ?? this.current;
    const to = bringingIntoView(from, rect, this.viewport);
    if (to !== from) this.glideTo(to);
  }

  /** Goes along with what keeps its place while the rest makes room. */
  keepInPlace(anchor: Anchor, after: Rect, startedAt: number): void {
    this.isFramed = false;
    this.glideTo(viewKeeping(this.current, anchor, after), startedAt);
  }

  /** Where a movement under way leads to. */
  get aim(): View {
    return this.target?.to ?? this.current;
  }

  /** Takes the next step of a smooth movement; true if there was one to take. */
  advance(now: number): boolean {
    if (this.target === null) return false;
    const { step, glide } = this.target;
    const share = glide.at(now);
    this.current = step(share);
    if (share === 1) this.target = null;
    return true;
  }
}
