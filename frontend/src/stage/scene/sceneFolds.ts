/** Folded repeats: one step in view, and a wiring that is the same whichever step that is. */

import type { Structure } from "../../api/types";
import { opsOfStep, type Repeat } from "../../model/repeats";
import type { Item, Scene, SceneFrame } from "./scene";
import { connectItems, type Wire } from "./sceneEdges";
import { Wiring } from "./wiring";

export interface Fold {
  readonly repeat: Repeat;
  /** The step that is shown. */
  readonly step: number;
  readonly frame: number;
  /** The items that stand for the steps before and after it. */
  readonly before: number;
  readonly after: number;
}

/**
 * The wires of a scene with folded repeats. They are those of a step in the middle of each: the
 * first and the last step are wired in other ways, and cards must not move when they are shown.
 * What such a step takes from outside passes the place of the steps before it.
 */
export function wireFolds(
  structure: Structure,
  items: readonly Item[],
  frames: readonly SceneFrame[],
  folds: readonly Fold[],
  itemOfOp: Int32Array,
  known: readonly Wire[],
): Wiring {
  if (folds.length === 0) return new Wiring(items);
  const wires =
    known.length > 0
      ? known
      : connectItems(structure, items, middleSteps(folds, itemOfOp), []).wires;
  return new Wiring(items, wires, (from, to) => detour(items, frames, folds, from, to));
}

/** The scene with what is as it was before being the very same, so that its elements stay. */
export function keepUnchanged(before: Scene, after: Scene): Scene {
  const items = after.items.map((item, i) => sameOr(before.items[i], item));
  const frames = after.frames.map((frame, i) => sameOr(before.frames[i], frame));
  return { ...after, items, frames };
}

function sameOr<Part extends object>(before: Part | undefined, after: Part): Part {
  if (before === undefined) return after;
  const keys = Object.keys(after) as (keyof Part)[];
  const isSame = (key: keyof Part): boolean => {
    const [was, is] = [before[key], after[key]];
    return Array.isArray(is) ? String(was) === String(is) : was === is;
  };
  return keys.every(isSame) ? before : after;
}

/** The item of each op as if every fold showed the step in its middle. */
function middleSteps(folds: readonly Fold[], itemOfOp: Int32Array): Int32Array {
  const result = itemOfOp.slice();
  // From the inside out, since an inner fold moves with the step that it stands in.
  for (const { repeat, step, before, after } of [...folds].reverse()) {
    const shown = result.slice(...opsOfStep(repeat, step));
    const [start, end] = opsOfStep(repeat, repeat.steps.length >> 1);
    result.fill(before, repeat.firstOp, start);
    result.set(shown, start);
    result.fill(after, end, repeat.endOp);
  }
  return result;
}

/** Out of the folds around one item and into those around the other. */
function detour(
  items: readonly Item[],
  frames: readonly SceneFrame[],
  folds: readonly Fold[],
  from: number,
  to: number,
): number[] {
  const around = (index: number): Fold[] => {
    const item = items[index] as Item;
    const found: Fold[] = [];
    for (let at = item.frame; at >= 0; at = frames[at]?.parent ?? -1) {
      const fold = folds.find(({ frame }) => frame === at);
      if (fold !== undefined && fold.before !== index && fold.after !== index) found.push(fold);
    }
    return found;
  };
  const [left, entered] = [around(from), around(to)];
  const exits = left.filter((fold) => !entered.includes(fold)).map((fold) => fold.after);
  const entries = entered.filter((fold) => !left.includes(fold)).map((fold) => fold.before);
  return [...exits, ...entries.reverse()];
}
