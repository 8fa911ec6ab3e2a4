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
import { intersects } from "../camera/camera";
import { dress, type Figure } from "./dressing";
import { makeHiddenSteps } from "./foldElements";
import { headOfFrame, makeFrameTitle } from "./frameElements";
import type { Rect } from "../layout/geometry";
import type { HeatmapQueue } from "./heatmapQueue";
import { foldHeadHeight, frameTitleHeight } from "../layout/measures";
import { makeNumberCard } from "../numbers/numberCardElements";
import type { Picture } from "../pictures/picture";
import type { Item, ItemKind, Scene, SceneFrame } from "../scene/scene";

interface Wanted {
  readonly key: string;
  /** What it shows; an element knows its subject, and goes with it. */
  readonly subject: Item | SceneFrame;
  readonly rect: Rect;
  /** Which card or chip it is; null for the title of a frame. */
  readonly figure: Figure | null;
  make(): StageElement;
}

interface Live {
  readonly element: StageElement;
  readonly subject: Item | SceneFrame;
  rect: Rect | null;
}

const forwardMakers: Record<ItemKind, (item: Item, picture: Picture) => StageElement> = {
  input: makeForwardCard,
  card: makeForwardCard,
  loss: makeLossCard,
  missing: makeMissingCard,
  hidden: (item, picture) => makeHiddenSteps(item, picture, "forward"),
};

export class ElementPool {
  private readonly live = new Map<string, Live>();
  private scene: Scene | null = null;

  constructor(private readonly world: HTMLElement) {}

  /** Shows what of the picture lies in the visible part of the world. */
  show(picture: Picture, visible: Rect, heatmaps: HeatmapQueue): void {
    const { scene } = picture.geometry;
    const wanted = collectVisible(picture, visible);
    const lost = this.dropUnwanted(scene, new Map(wanted.map((want) => [want.key, want])));
    let before: Element | null = null;
    for (const want of wanted) {
      const live: Live = this.live.get(want.key) ?? this.add(want, before);
      place(live, want.rect);
      live.element.update(picture, heatmaps);
      if (want.figure !== null) dress(live.element.root, picture, want.figure);
      before = live.element.root;
    }
    if (lost !== null) this.refocus(lost, scene);
    this.scene = scene;
  }

  /** Answers the key of what had the keyboard's focus, if it had to go. */
  private dropUnwanted(scene: Scene, wanted: ReadonlyMap<string, Wanted>): string | null {
    let lost: string | null = null;
    for (const [key, { element, subject }] of this.live) {
      const { index } = subject;
      const isKnown = scene.items[index] === subject || scene.frames[index] === subject;
      const isFocused = element.root.contains(document.activeElement);
      if (wanted.get(key)?.subject === subject) continue;
      // What has the keyboard's focus stays, or the focus would be lost while panning.
      if (isFocused && isKnown && !wanted.has(key)) continue;
      if (isFocused) lost = key;
      element.root.remove();
      this.live.delete(key);
    }
    return lost;
  }

  /** To what has the same name now, or in another step of a folded repeat the same place. */
  private refocus(lost: string, scene: Scene): void {
    let element = this.elementOf(lost);
    if (element === null && this.scene?.items.length === scene.items.length) {
      const [part = "", key = ""] = lost.split(" ");
      const twin = scene.items[this.scene.itemOfKey.get(key) ?? -1];
      element = twin === undefined ? null : this.elementOf(`${part} ${twin.key}`);
    }
    element?.focus({ preventScroll: true });
  }

  /** In the order of the tape, so that the Tab key walks along it. */
  private add(want: Wanted, before: Element | null): Live {
    const live: Live = { element: want.make(), subject: want.subject, rect: null };
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
  collectFrames(picture, wanted, sees, visible);
  // All of the forward half comes first: that is the order of the Tab key.
  for (const item of picture.geometry.scene.items) collectForward(picture, item, wanted, sees);
  for (const item of picture.geometry.scene.items) collectBackward(picture, item, wanted, sees);
  return wanted;
}

type Sees = (rect: Rect | null | undefined) => rect is Rect;

function collectFrames({ geometry }: Picture, wanted: Wanted[], sees: Sees, visible: Rect): void {
  for (const frame of geometry.scene.frames) {
    for (const half of ["forward", "backward"] as const) {
      const frames = half === "forward" ? geometry.frames : geometry.gradientFrames;
      const whole = frames[frame.index];
      if (!sees(whole)) continue;
      const height = half === "forward" && frame.folded ? foldHeadHeight : frameTitleHeight;
      const rect = { ...headOfFrame(whole, visible), height };
      if (!sees(rect)) continue;
      const make = (): StageElement => makeFrameTitle(frame, half);
      wanted.push({ key: `${half} ${frame.key}`, subject: frame, rect, figure: null, make });
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
      subject: item,
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
    wanted.push({ key: `chip ${key} ${String(leaf)}`, subject: item, rect, figure, make });
  }
}

function makeBackward(item: Item, picture: Picture): StageElement {
  const numbers = item.numbers?.backward ?? null;
  if (numbers !== null) return makeNumberCard(item, numbers, "backward", picture);
  switch (item.kind) {
    case "loss":
      return makeSeedCard(item);
    case "hidden":
      return makeHiddenSteps(item, picture, "backward");
    default:
      return makeGradientCard(item);
  }
}

function collectBackward(picture: Picture, item: Item, wanted: Wanted[], sees: Sees): void {
  const { key, index, leaves } = item;
  const card = picture.geometry.gradientCards[index];
  if (sees(card)) {
    const figure: Figure = { half: "backward", item: index, leaf: null };
    const make = (): StageElement => makeBackward(item, picture);
    wanted.push({ key: `gradient ${key}`, subject: item, rect: card, figure, make });
  }
  for (const [k, leaf] of leaves.entries()) {
    const rect = picture.geometry.gradientChips[index]?.[k];
    if (!sees(rect)) continue;
    const make = (): StageElement => makeGradientChip(item, leaf, picture);
    const figure: Figure = { half: "backward", item: index, leaf };
    const name = `gradient chip ${key} ${String(leaf)}`;
    wanted.push({ key: name, subject: item, rect, figure, make });
  }
}
