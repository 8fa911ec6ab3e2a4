/** Zooming that crosses levels: what stands under the pointer opens, and closes again. */

import { nearestRect, type Anchor } from "./anchor";
import { toWorld } from "./camera";
import type { CameraControl } from "./cameraControl";
import type { Geometry, Rect } from "../layout/geometry";
import type { Disclosure } from "../scene/disclosure";
import type { Neurons } from "../neurons/neurons";
import type { Item } from "../scene/scene";
import type { Showing } from "../showing";
import { crossingOf, scaleAfterOpening } from "./zoomCrossing";

interface Point {
  readonly x: number;
  readonly y: number;
}

/** So near to a card, in pixels at scale 1, the pointer means it: a frame is mostly gaps. */
const reach = 70;

/** A card or a gradient card, whichever lies nearest to the pointer. */
interface Met {
  readonly distance: number;
  readonly item: Item;
  readonly rect: Rect;
  readonly isGradient: boolean;
}

export class LevelZoom {
  /** While a card opens, further turns of the wheel do not count. */
  private crossing: "none" | "arranging" | "gliding" = "none";

  constructor(
    private readonly showing: Showing,
    private readonly camera: CameraControl,
    private readonly neurons: Neurons,
  ) {}

  /**
   * Moves the camera about a point of the screen, at once or smoothly; a card that one comes near
   * enough to opens, and closes again from afar.
   */
  zoom(factor: number, x: number, y: number, way: "zoom" | "glideZoom" = "zoom"): void {
    if (this.crossing === "arranging") return;
    if (this.crossing === "gliding" && this.camera.isGliding) return;
    this.crossing = "none";
    this.camera[way](factor, x, y);
    const geometry = this.neurons.isShown ? null : this.showing.geometry;
    const anchor = geometry === null ? null : this.cross(geometry, factor, { x, y });
    if (anchor === null) return;
    this.crossing = "arranging";
    this.showing.arrange(anchor);
  }

  /** The stage has been laid out, or could not be. */
  settle(): void {
    this.crossing = this.crossing === "arranging" ? "gliding" : "none";
  }

  private cross(geometry: Geometry, factor: number, pointer: Point): Anchor | null {
    const view = this.camera.aim;
    const { disclosure } = this.showing;
    const at = toWorld(view, pointer.x, pointer.y);
    switch (crossingOf(factor, view.scale)) {
      case null:
        return null;
      case "in":
        return enter(disclosure, geometry, at, pointer);
      case "out":
        return leave(disclosure, geometry, at, pointer);
    }
  }
}

function enter(
  disclosure: Disclosure,
  geometry: Geometry,
  at: Point,
  pointer: Point,
): Anchor | null {
  const met = meet(geometry, at);
  if (met === null || met.distance > reach || !disclosure.zoomInto(met.item)) return null;
  const { item, rect, isGradient } = met;
  return {
    before: rect,
    pointer,
    find: (after) =>
      item.opens === null
        ? cardOf(after, item.key, isGradient)
        : frameOf(after, item.opens, isGradient),
    scale: (scale, opened) => scaleAfterOpening(scale, rect.width, opened.width),
  };
}

function leave(
  disclosure: Disclosure,
  geometry: Geometry,
  at: Point,
  pointer: Point,
): Anchor | null {
  const met = meet(geometry, at);
  if (met === null || !disclosure.zoomOut()) return null;
  const { item, rect, isGradient } = met;
  return {
    before: rect,
    pointer,
    // The card itself, or the one that now stands for it.
    find: (after) =>
      cardOf(after, item.key, isGradient) ??
      cardAt(after, after.scene.itemOfOp[item.firstOp] ?? -1, isGradient),
  };
}

function meet({ scene, cards, gradientCards }: Geometry, { x, y }: Point): Met | null {
  const { index, distance } = nearestRect([...cards, ...gradientCards], x, y);
  const isGradient = index >= cards.length;
  const item = scene.items[isGradient ? index - cards.length : index];
  const rect = isGradient ? gradientCards[index - cards.length] : cards[index];
  return item === undefined || rect === undefined ? null : { item, rect, isGradient, distance };
}

function cardOf(geometry: Geometry, key: string, isGradient: boolean): Rect | undefined {
  return cardAt(geometry, geometry.scene.itemOfKey.get(key) ?? -1, isGradient);
}

function cardAt(geometry: Geometry, index: number, isGradient: boolean): Rect | undefined {
  return (isGradient ? geometry.gradientCards : geometry.cards)[index];
}

function frameOf(geometry: Geometry, call: number, isGradient: boolean): Rect | undefined {
  const index = geometry.scene.frames.findIndex((frame) => frame.calls.includes(call));
  return (isGradient ? geometry.gradientFrames : geometry.frames)[index];
}
