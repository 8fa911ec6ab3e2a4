/** What keys mean on the stage. Arrows and Space are the transport's. */

import { levelOfKey, type Level } from "../model/levels";

export type KeyCommand =
  | { kind: "level"; level: Level }
  | { kind: "zoom"; factor: number }
  | { kind: "fit" }
  | { kind: "clear" }
  | { kind: "enter" };

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
    case "Enter":
      return { kind: "enter" };
    default:
      return null;
  }
}
