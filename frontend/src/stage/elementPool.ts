/** The elements of what is in view: made when it comes into view, dropped when it leaves. */

import type { StageElement } from "./cardElements";
import {
  makeForwardCard,
  makeGradientCard,
  makeLossCard,
  makeMissingCard,
  makeSeedCard,
} from "./cardElements";
import { makeGradientChip, makeLeafChip } from "./chipElements";
import { intersects } from "./camera";
import { dress, type Figure } from "./dressing";
import { makeFrameTitle } from "./frameElements";
import type { Rect } from "./geometry";
import type { HeatmapQueue } from "./heatmapQueue";
import { frameTitleHeight } from "./measures";
import { makeNumberCard } from "./numberCardElements";
import type { Picture } from "./picture";
import type { Item, ItemKind, Scene } from "./scene";

interface Wanted {
  readonly key: string;
  readonly rect: Rect;
  /** Which card or chip it is; null for the title of a frame. */
  readonly figure: Figure | null;
  make(): StageElement;
}

interface Live {
  readonly element: StageElement;
  rect: Rect | null;
}

const forwardMakers: Record<ItemKind, (item: Item, picture: Picture) => StageElement> = {
  input: makeForwardCard,
  card: makeForwardCard,
  loss: makeLossCard,
  missing: makeMissingCard,
};

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
      if (want.figure !== null) dress(live.element.root, picture, want.figure);
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
  const wanted: Wanted[] = [];
  const sees = (rect: Rect | null | undefined): rect is Rect =>
    rect != null && intersects(rect, visible);
  collectFrames(picture, wanted, sees);
  // All of the forward half comes first: that is the order of the Tab key.
  for (const item of picture.geometry.scene.items) collectForward(picture, item, wanted, sees);
  for (const item of picture.geometry.scene.items) collectBackward(picture, item, wanted, sees);
  return wanted;
}

type Sees = (rect: Rect | null | undefined) => rect is Rect;

function collectFrames({ geometry }: Picture, wanted: Wanted[], sees: Sees): void {
  for (const frame of geometry.scene.frames) {
    for (const half of ["forward", "backward"] as const) {
      const frames = half === "forward" ? geometry.frames : geometry.gradientFrames;
      const whole = frames[frame.index];
      const rect = whole === undefined ? null : { ...whole, height: frameTitleHeight };
      if (!sees(rect)) continue;
      wanted.push({
        key: `${half} ${frame.key}`,
        rect,
        figure: null,
        make: () => makeFrameTitle(frame, half),
      });
    }
  }
}

function collectForward(picture: Picture, item: Item, wanted: Wanted[], sees: Sees): void {
  const { key, index, leaves } = item;
  const card = picture.geometry.cards[index];
  if (sees(card)) {
    const make = forwardMakers[item.kind];
    const numbers = item.numbers?.forward;
    wanted.push({
      key: `card ${key}`,
      rect: card,
      figure: { half: "forward", item: index, leaf: null },
      make: () =>
        numbers === undefined
          ? make(item, picture)
          : makeNumberCard(item, numbers, "forward", picture),
    });
  }
  for (const [k, leaf] of leaves.entries()) {
    const rect = picture.geometry.chips[index]?.[k];
    if (!sees(rect)) continue;
    const make = (): StageElement => makeLeafChip(item, leaf, picture);
    const figure: Figure = { half: "forward", item: index, leaf };
    wanted.push({ key: `chip ${key} ${String(leaf)}`, rect, figure, make });
  }
}

function collectBackward(picture: Picture, item: Item, wanted: Wanted[], sees: Sees): void {
  const { key, index, leaves } = item;
  const card = picture.geometry.gradientCards[index];
  if (sees(card)) {
    const make = item.kind === "loss" ? makeSeedCard : makeGradientCard;
    const numbers = item.numbers?.backward ?? null;
    wanted.push({
      key: `gradient ${key}`,
      rect: card,
      figure: { half: "backward", item: index, leaf: null },
      make: () =>
        numbers === null ? make(item) : makeNumberCard(item, numbers, "backward", picture),
    });
  }
  for (const [k, leaf] of leaves.entries()) {
    const rect = picture.geometry.gradientChips[index]?.[k];
    if (!sees(rect)) continue;
    const make = (): StageElement => makeGradientChip(item, leaf, picture);
    const figure: Figure = { half: "backward", item: index, leaf };
    wanted.push({ key: `gradient chip ${key} ${String(leaf)}`, rect, figure, make });
  }
}
