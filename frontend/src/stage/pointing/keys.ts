/** What keys mean on the stage. Space is the transport's, and so are arrows until one walks. */

import { levelOfKey, type Level } from "../../model/levels";
import type { Orientation } from "../layout/measures";
import type { Step } from "./walk";

export type KeyCommand =
  | { kind: "level"; level: Level }
  | { kind: "zoom"; factor: number }
  | { kind: "fit" }
  | { kind: "clear" };

const zoomStep = 1.25;

export function commandOfKey(event: KeyboardEvent): KeyCommand | null {
  const level = levelOfKey(event);
  if (level !== null) return { kind: "level", level };
  switch (event.key) {
    case "+":
    case "=":
      return { kind: "zoom", factor: zoomStep };
    case "-":
      return { kind: "zoom", factor: 1 / zoomStep };
    case "0":
      return { kind: "fit" };
    case "Escape":
      return { kind: "clear" };
    default:
      return null;
  }
}

/** What keys mean to somebody who walks through the graph. */
export type WalkCommand = Step | "first" | "loss" | "enter" | "leave";

const alongTheFlow: Record<Orientation, Record<string, Step>> = {
  horizontal: { ArrowRight: "onward", ArrowLeft: "back", ArrowUp: "up", ArrowDown: "down" },
  // The flow runs down, with the gradients beside it on the right.
  vertical: { ArrowDown: "onward", ArrowUp: "back", ArrowLeft: "up", ArrowRight: "down" },
};
const elsewhere: Record<string, WalkCommand> = {
  Home: "first",
  End: "loss",
  Enter: "enter",
  Escape: "leave",
};

export function walkOfKey(
  { key, shiftKey }: KeyboardEvent,
  orientation: Orientation,
): WalkCommand | null {
  if (shiftKey) return null;
  return alongTheFlow[orientation][key] ?? elsewhere[key] ?? null;
}
