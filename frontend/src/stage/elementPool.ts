/** The elements of what is in view: made when it comes into view, dropped when it leaves. */

import type { StageElement } from "./cardElements";
import { makeForwardCard, makeGradientCard, makeLossCard, makeSeedCard } from "./cardElements";
import { makeGradientChip, makeLeafChip } from "./chipElements";
import { intersects } from "./camera";
import { makeFrameTitle } from "./frameElements";
import type { Rect } from "./geometry";
import type { HeatmapQueue } from "./heatmapQueue";
import { frameTitleHeight } from "./measures";
import type { Picture } from "./picture";
import type { Item, Scene } from "./scene";

interface Wanted {
  readonly key: string;
  readonly rect: Rect;
  make(): StageElement;
}

interface Live {
  readonly element: StageElement;
  rect: Rect | null;
}

export class ElementPool {
  private readonly live = new Map<string, Live>();
  private scene: Scene | null = null;

  constructor(private readonly world: HTMLElement) {}

  /** Shows what of the picture lies in the visible part of the world. */
  show(picture: Picture, visible: Rect, heatmaps: HeatmapQueue): void {
    const focused = this.forgetOtherScenes(picture.geometry.scene);
    const wanted = collectVisible(picture, visible);
    const keys = new Set(wanted.map(({ key }) => key));
    for (const [key, { element }] of this.live) {
      // What has the keyboard's focus stays, or the focus would be lost while panning.
      if (keys.has(key) || element.root === document.activeElement) continue;
      element.root.remove();
      this.live.delete(key);
    }
    let before: Element | null = null;
    for (const want of wanted) {
      const live: Live = this.live.get(want.key) ?? this.add(want, before);
      place(live, want.rect);
      live.element.update(picture, heatmaps);
      before = live.element.root;
    }
    if (focused !== null) this.elementOf(focused)?.focus({ preventScroll: true });
  }

  /** Elements know their items, so they go with the scene; answers which of them had the focus. */
  private forgetOtherScenes(scene: Scene): string | null {
    if (this.scene === scene) return null;
    const active = document.activeElement;
    const [focused = null] =
      [...this.live].find(([, { element }]) => element.root === active) ?? [];
    this.clear();
    this.scene = scene;
    return focused;
  }

  /** In the order of the tape, so that the Tab key walks along it. */
  private add(want: Wanted, before: Element | null): Live {
    const live: Live = { element: want.make(), rect: null };
    if (before === null) this.world.prepend(live.element.root);
    else before.after(live.element.root);
    this.live.set(want.key, live);
    return live;
  }

  /** Throws everything away, because it belongs to another structure. */
  clear(): void {
    for (const { element } of this.live.values()) element.root.remove();
    this.live.clear();
  }

  elementOf(key: string): HTMLElement | null {
    return this.live.get(key)?.element.root ?? null;
  }
}

function place(live: Live, rect: Rect): void {
  const { rect: old } = live;
  if (old !== null && old.x === rect.x && old.y === rect.y && old.width === rect.width) return;
  live.rect = rect;
  const { style } = live.element.root;
  style.transform = `translate(${String(rect.x)}px, ${String(rect.y)}px)`;
  style.width = `${String(rect.width)}px`;
  style.height = `${String(rect.height)}px`;
}

/** How many cards of a picture lie in view. */
export function countVisible({ geometry }: Picture, visible: Rect): number {
  let count = 0;
  for (const rect of geometry.cards) if (intersects(rect, visible)) count += 1;
  for (const rect of geometry.gradientCards) if (intersects(rect, visible)) count += 1;
  return count;
}

function collectVisible(picture: Picture, visible: Rect): Wanted[] {
  const { geometry } = picture;
  const { items, frames } = geometry.scene;
  const wanted: Wanted[] = [];
  const want = (key: string, rect: Rect | null | undefined, make: () => StageElement): void => {
    if (rect != null && intersects(rect, visible)) wanted.push({ key, rect, make });
  };
  for (const frame of frames) {
    const title = (rect: Rect | undefined): Rect | null =>
      rect === undefined ? null : { ...rect, height: frameTitleHeight };
    want(`frame ${frame.key}`, title(geometry.frames[frame.index]), () =>
      makeFrameTitle(frame, "forward"),
    );
    const below = title(geometry.gradientFrames[frame.index]);
    want(`gradient frame ${frame.key}`, below, () => makeFrameTitle(frame, "backward"));
  }
  for (const item of items) {
    const { key, index } = item;
    want(`card ${key}`, geometry.cards[index], () => makeForward(item, picture));
    for (const [k, leaf] of item.leaves.entries()) {
      const rect = geometry.chips[index]?.[k];
      want(`chip ${key} ${String(leaf)}`, rect, () => makeLeafChip(item, leaf, picture));
    }
  }
  for (const item of items) {
    const { key, index } = item;
    want(`gradient ${key}`, geometry.gradientCards[index], () => makeBackward(item));
    for (const [k, leaf] of item.leaves.entries()) {
      const rect = geometry.gradientChips[index]?.[k];
      want(`gradient chip ${key} ${String(leaf)}`, rect, () =>
        makeGradientChip(item, leaf, picture),
      );
    }
  }
  return wanted;
}

function makeForward(item: Item, picture: Picture): StageElement {
  return item.kind === "loss" ? makeLossCard(item, picture) : makeForwardCard(item, picture);
}

function makeBackward(item: Item): StageElement {
  return item.kind === "loss" ? makeSeedCard(item) : makeGradientCard(item);
}
