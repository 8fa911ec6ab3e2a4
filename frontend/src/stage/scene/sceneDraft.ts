/** A scene in the making: its items so far, and how a repeat comes to stand among them. */

import type { Call, Structure } from "../../api/types";
import { shownStep, type Folding } from "../../model/folding";
import { formatCount, shortName } from "../../model/format";
import type { Member } from "../../model/groups";
import { opsOfStep, type Repeat } from "../../model/repeats";
import type { Item, SceneFrame } from "./scene";
import type { Fold } from "./sceneFolds";

export interface Draft {
  items: Item[];
  frames: SceneFrame[];
  folds: Fold[];
  itemOfOp: Int32Array;
}

/** What stands in a repeat's frame: members, and after them what stands for later steps of a fold. */
export type InRepeat = Member | { kind: "after"; id: number };

export function blankItem(draft: Draft, key: Item["key"], frame: number): Item {
  return {
    index: draft.items.length,
    key,
    kind: "card",
    name: "",
    detail: "",
    opens: null,
    call: null,
    firstOp: 0,
    endOp: 0,
    output: null,
    leaves: [],
    numbers: null,
    frame,
  };
}

/** The frame of a repeat; answers what is to stand in it: all steps, or one between two stand-ins. */
export function addRepeat(
  structure: Structure,
  draft: Draft,
  repeat: Repeat,
  parent: number,
  folding: Folding,
): [InRepeat[], Call[], number] {
  const { id, steps, firstOp, endOp } = repeat;
  const folded = !folding.unfolded.has(id);
  const frame = draft.frames.length;
  const title = `${nameStep(structure, steps[0] ?? [])} × ${formatCount(steps.length)}`;
  draft.frames.push({
    index: frame,
    key: `repeat:${id}`,
    title,
    calls: [],
    repeat,
    folded,
    parent,
    firstOp,
    endOp,
  });
  if (!folded) return [steps.flat(), [], frame];
  const step = shownStep(folding, id);
  const before = addHidden(draft, `before:${id}`, frame, step);
  draft.folds.push({ repeat, step, frame, before, after: -1 });
  draft.itemOfOp.fill(before, firstOp, opsOfStep(repeat, step)[0]);
  return [[...(steps[step] ?? []), { kind: "after", id: draft.folds.length - 1 }], [], frame];
}

export function endFold(draft: Draft, index: number): void {
  const fold = draft.folds[index] as Fold;
  const { repeat, step, frame } = fold;
  const after = addHidden(draft, `after:${repeat.id}`, frame, repeat.steps.length - 1 - step);
  draft.folds[index] = { ...fold, after };
  draft.itemOfOp.fill(after, opsOfStep(repeat, step)[1], repeat.endOp);
}

/** Stands for so many steps; it keeps its place where there are none. */
function addHidden(draft: Draft, key: Item["key"], frame: number, steps: number): number {
  const isBefore = key.startsWith("before");
  const words =
    steps > 0
      ? { name: formatCount(steps), detail: isBefore ? "before" : "after" }
      : { name: isBefore ? "first" : "last", detail: "step" };
  return draft.items.push({ ...blankItem(draft, key, frame), kind: "hidden", ...words }) - 1;
}

/** `matmul, tanh`: what one step does, as briefly as a title must. */
function nameStep(structure: Structure, step: readonly Member[]): string {
  const names = step.map((member) => {
    if (member.kind === "repeat") return "loop";
    if (member.kind === "op") return shortName(structure.ops[member.id]?.name ?? "");
    const call = structure.calls[member.id];
    return (call?.kind === "module" ? call.target : call?.name) ?? "";
  });
  return names.length > 3 ? `${names.slice(0, 2).join(", ")} …` : names.join(", ");
}
