/** Which repeats are folded into one step, which step each shows, and how that changes. */

import type { Structure } from "../api/types";
import type { Groups, Member, Overrides } from "./groups";
import { stepOfOp } from "./repeats";
import type { Selection } from "./selection";

export interface Folding {
  /** Repeats that show all their steps. */
  readonly unfolded: ReadonlySet<number>;
  /** The step that each folded repeat shows; the first where none is named. */
  readonly steps: ReadonlyMap<number, number>;
}

/** All that a person opens and closes on the stage. */
export interface Opened extends Folding {
  readonly overrides: Overrides;
}

export const allFolded: Folding = { unfolded: new Set(), steps: new Map() };
export const nothingOpened: Opened = { ...allFolded, overrides: new Map() };

export function shownStep(folding: Folding, repeat: number): number {
  return folding.steps.get(repeat) ?? 0;
}

export function withUnfolded(opened: Opened, repeat: number): Opened {
  return { ...opened, unfolded: new Set(opened.unfolded).add(repeat) };
}

export function withFolded(opened: Opened, repeat: number): Opened {
  const unfolded = new Set(opened.unfolded);
  unfolded.delete(repeat);
  return { ...opened, unfolded };
}

/**
 * With another step shown. What stood open in the step before stands open in this one too, so that
 * the group keeps its form.
 */
export function withStep(groups: Groups, opened: Opened, repeat: number, step: number): Opened {
  const before = shownStep(opened, repeat);
  const { steps } = groups.repeats[repeat] ?? { steps: [] };
  if (step === before || steps[step] === undefined) return opened;
  const draft = {
    overrides: new Map(opened.overrides),
    unfolded: new Set(opened.unfolded),
    steps: new Map(opened.steps).set(repeat, step),
  };
  moveStep(groups, draft, steps[before] ?? [], steps[step]);
  return draft;
}

interface Draft {
  overrides: Map<number, boolean>;
  unfolded: Set<number>;
  steps: Map<number, number>;
}

/** Iterative: calls may nest deeper than the engine's stack. */
function moveStep(
  groups: Groups,
  draft: Draft,
  from: readonly Member[],
  to: readonly Member[],
): void {
  const stack: [readonly Member[], readonly Member[]][] = [[from, to]];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const [members, twins] = next;
    for (const [i, member] of members.entries()) {
      const twin = twins[i];
      if (twin === undefined || member.kind !== twin.kind) continue;
      if (member.kind === "call") {
        moveEntry(draft.overrides, member.id, twin.id);
        stack.push([groups.members[member.id] ?? [], groups.members[twin.id] ?? []]);
      } else if (member.kind === "repeat") {
        moveEntry(draft.steps, member.id, twin.id);
        if (draft.unfolded.delete(member.id)) draft.unfolded.add(twin.id);
        else draft.unfolded.delete(twin.id);
        const [steps, others] = [groups.repeats[member.id]?.steps, groups.repeats[twin.id]?.steps];
        for (const [k, step] of (steps ?? []).entries()) stack.push([step, others?.[k] ?? []]);
      }
    }
  }
}

function moveEntry<Value>(map: Map<number, Value>, from: number, to: number): void {
  const value = map.get(from);
  map.delete(from);
  if (value === undefined) map.delete(to);
  else map.set(to, value);
}

/** With every folded repeat around these ops showing the step that they ran in. */
export function showingOps(groups: Groups, opened: Opened, [first, end]: OpRange): Opened {
  let shown = opened;
  for (const id of repeatsAround(groups, first)) {
    const repeat = groups.repeats[id];
    // What runs through all of a repeat is in no step of it.
    if (repeat === undefined || shown.unfolded.has(id) || end > repeat.endOp) continue;
    shown = withStep(groups, shown, id, stepOfOp(repeat, first));
  }
  return shown;
}

/** The repeats that an op ran in, from the outside in. */
function repeatsAround(groups: Groups, op: number): number[] {
  const around: number[] = [];
  let repeat = groups.repeatOfOp[op] ?? -1;
  while (repeat >= 0) {
    around.unshift(repeat);
    repeat = groups.repeats[repeat]?.around ?? -1;
  }
  return around;
}

/** Forward ops first…end. */
export type OpRange = readonly [number, number];

/** The forward ops that a selection is about; null where it is about none. */
export function opsOfSelection(structure: Structure, { kind, id }: Selection): OpRange | null {
  switch (kind) {
    case "op": {
      const op = structure.ops[id];
      if (op?.phase === "forward") return [id, id + 1];
      return op?.node == null ? null : opsOfSelection(structure, { kind: "node", id: op.node });
    }
    case "call": {
      const call = structure.calls[id];
      return call?.phase === "forward" ? [call.first_op, call.end_op] : null;
    }
    case "node": {
      const op = structure.nodes[id]?.op ?? null;
      return op === null ? null : [op, op + 1];
    }
    case "edge": {
      const of = structure.edges[id]?.of ?? null;
      return of === null ? null : opsOfSelection(structure, { kind: "tensor", id: of });
    }
    case "tensor": {
      const tensor = structure.tensors[id];
      const op = (tensor?.of == null ? tensor : structure.tensors[tensor.of])?.op ?? null;
      return op === null ? null : [op, op + 1];
    }
  }
}
