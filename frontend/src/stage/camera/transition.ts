/** One geometry turning into another: cards glide from where they, or what they came from, stood. */

import type { Geometry, Rect } from "../layout/geometry";
import type { Item } from "../scene/scene";

/** Above this many cards nobody could follow the movement, and it would not be smooth. */
export const largestAnimated = 600;

/** Where the cards of a geometry come from in the one before it. */
export class Transition {
  private readonly cardsFrom: readonly Rect[];
  private readonly gradientCardsFrom: readonly Rect[];

  constructor(
    private readonly before: Geometry,
    readonly after: Geometry,
  ) {
    this.cardsFrom = after.cards.map((rect, index) => this.origin(before.cards, index) ?? rect);
    this.gradientCardsFrom = after.gradientCards.map(
      (rect, index) => this.origin(before.gradientCards, index) ?? rect,
    );
  }

  /** The card of the same key before, or else of the item that held the same op. */
  private origin(rects: readonly Rect[], index: number): Rect | undefined {
    const item = this.after.scene.items[index] as Item;
    const { scene } = this.before;
    const same = scene.itemOfKey.get(item.key);
    if (same !== undefined) return rects[same];
    return item.kind === "input" ? undefined : rects[scene.itemOfOp[item.firstOp] ?? -1];
  }

  /** The geometry at a share of the way. Edges are those of the end: they fade in instead. */
  at(share: number): Geometry {
    const { after } = this;
    const cards = after.cards.map((rect, i) => glide(this.cardsFrom[i] as Rect, rect, share));
    const gradientCards = after.gradientCards.map((rect, i) =>
      glide(this.gradientCardsFrom[i] as Rect, rect, share),
    );
    return {
      ...after,
      cards,
      gradientCards,
      chips: after.chips.map((chips, i) =>
        chips.map((chip) => follow(chip, after.cards[i], cards[i])),
      ),
      gradientChips: after.gradientChips.map((chips, i) =>
        chips.map((chip) => chip && follow(chip, after.gradientCards[i], gradientCards[i])),
      ),
      frames: this.frames(after.frames, cards, this.before.frames, share),
      gradientFrames: this.frames(
        after.gradientFrames,
        gradientCards,
        this.before.gradientFrames,
        share,
      ),
    };
  }

  private frames(
    frames: readonly Rect[],
    cards: readonly Rect[],
    framesBefore: readonly Rect[],
    share: number,
  ): Rect[] {
    const { scene } = this.before;
    return frames.map((rect, index) => {
      const frame = this.after.scene.frames[index];
      const known = scene.frames.find((other) => other.key === frame?.key);
      const opened = cards[this.after.scene.itemOfOp[frame?.firstOp ?? -1] ?? -1];
      const from = known === undefined ? opened : framesBefore[known.index];
      return from === undefined ? rect : grow(from, rect, share);
    });
  }
}

function mix(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}

function glide(from: Rect, to: Rect, share: number): Rect {
  return { ...to, x: mix(from.x, to.x, share), y: mix(from.y, to.y, share) };
}

function grow(from: Rect, to: Rect, share: number): Rect {
  return {
    ...glide(from, to, share),
    width: mix(from.width, to.width, share),
    height: mix(from.height, to.height, share),
  };
}

/** A chip keeps its place beside its card. */
function follow(chip: Rect, end: Rect | undefined, now: Rect | undefined): Rect {
  if (end === undefined || now === undefined) return chip;
  return { ...chip, x: chip.x + now.x - end.x, y: chip.y + now.y - end.y };
}
