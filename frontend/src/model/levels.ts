/** How closely the stage looks at a tape: one card per module, per function call, or per op; or
 * one card per op that is large enough to show its numbers. */
export type Level = "module" | "call" | "op" | "numbers";

export const levels: readonly Level[] = ["module", "call", "op", "numbers"];

/** `1` to `4`, from far to near; null for other keys. */
export function levelOfKey(pressed: {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}): Level | null {
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey) return null;
  return levels[Number(pressed.key) - 1] ?? null;
}
