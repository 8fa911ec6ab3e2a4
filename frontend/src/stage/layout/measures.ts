/** How large things are on the stage, in pixels at scale 1. */

import type { Item } from "../scene/scene";
import type { Spacing } from "./layoutGraph";

export type Orientation = "horizontal" | "vertical";

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const card: Size = { width: 132, height: 104 };
const inputCard: Size = { width: 108, height: 104 };
export const gradientCard: Size = { width: 132, height: 122 };
const lossCircle: Size = { width: 104, height: 104 };
const seedCard: Size = { width: 96, height: 46 };
/** What stands for hidden steps: the same in both halves. */
const hiddenSteps: Size = { width: 66, height: 46 };
export const chip: Size = { width: 142, height: 24 };
/** Between a card and its first chip, and between two chips. */
export const chipGap = { first: 9, next: 5 };
export const frameTitleHeight = 26;
/** A folded repeat has its slider below its title. */
export const foldHeadHeight = 52;
/** How far the turn at the loss reaches beyond the loss, and the labels beyond the halves. */
export const turnReach = 64;
export const labelRoom = 34;

export function forwardSize(item: Item): Size {
  if (item.numbers !== null) return item.numbers.forward.size;
  switch (item.kind) {
    case "input":
      return inputCard;
    case "loss":
      return lossCircle;
    case "card":
    case "missing":
      return card;
    case "hidden":
      return hiddenSteps;
  }
}

export function backwardSize(item: Item): Size {
  if (item.numbers?.backward != null) return item.numbers.backward.size;
  switch (item.kind) {
    case "input":
      return { width: inputCard.width, height: gradientCard.height };
    case "loss":
      return seedCard;
    case "card":
    case "missing":
      return gradientCard;
    case "hidden":
      return hiddenSteps;
  }
}

/** Height of a stack of so many chips. */
export function stackHeight(chips: number): number {
  return chips === 0 ? 0 : chips * chip.height + (chips - 1) * chipGap.next;
}

/** Spacing where there is no backward half. */
export function spacingForwardOnly(orientation: Orientation): Spacing {
  return { ...spacingFor(orientation), middle: 0, backwardPadAscent: 0, backwardPadDescent: 0 };
}

/** Spacing inside of a folded repeat: room at its head for the slider. */
export function spacingOfFold(spacing: Spacing, orientation: Orientation): Spacing {
  const more = foldHeadHeight - frameTitleHeight;
  return orientation === "horizontal"
    ? { ...spacing, forwardPadAscent: spacing.forwardPadAscent + more }
    : { ...spacing, padStart: spacing.padStart + more };
}

export function spacingFor(orientation: Orientation): Spacing {
  const common = { row: 26, lane: 16 };
  if (orientation === "horizontal") {
    return {
      ...common,
      column: 27,
      middle: 52,
      padStart: 18,
      padEnd: 18,
      forwardPadAscent: frameTitleHeight + 12,
      forwardPadDescent: 14,
      backwardPadAscent: frameTitleHeight + 12,
      backwardPadDescent: 14,
    };
  }
  return {
    ...common,
    column: 34,
    middle: 60,
    padStart: frameTitleHeight + 16,
    padEnd: 18,
    forwardPadAscent: 16,
    forwardPadDescent: 16,
    backwardPadAscent: 16,
    backwardPadDescent: 16,
  };
}
