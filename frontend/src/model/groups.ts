/** The forward pass as a tree: calls that hold calls and ops, and which of them stand open. */

import type { Call, Structure } from "../api/types";
import type { Level } from "./levels";
import { RepeatFinder, type Repeat } from "./repeats";
import { Signatures } from "./signatures";
import { countUses } from "./uses";

/** `call:3`, `op:12`, or `tensor:0` for a card that stands for an input. */
export type Key = `${Member["kind"] | "tensor"}:${number}`;

export type Member =
  | { kind: "call"; id: number }
  | { kind: "op"; id: number }
  /** Members that do the same again and again: an index into the groups' `repeats`. */
  | { kind: "repeat"; id: number };

export interface Groups {
  /** What stands at the top, in the tape's order. */
  readonly top: readonly Member[];
  /** What each call holds; empty for calls of other phases and calls without ops. */
  readonly members: readonly (readonly Member[])[];
  /** Calls that hold other calls. */
  readonly nests: readonly boolean[];
  /** Calls of modules, as against functions. */
  readonly modules: readonly boolean[];
  /** The one module around the whole network, if there is one: it is never drawn as a card. */
  readonly wrapper: number | null;
  readonly repeats: readonly Repeat[];
  /** The innermost repeat that each op ran in; -1 for none. */
  readonly repeatOfOp: Int32Array;
  /** In how many places each tensor is used. */
  readonly uses: Int32Array;
}

/** What a person opened and closed by hand, beyond what the level says. */
export type Overrides = ReadonlyMap<number, boolean>;

export function keyOf(member: Member): Key {
  return `${member.kind}:${member.id}`;
}

/** The tree of calls over the forward ops. */
export function buildGroups(structure: Structure): Groups {
  const top: Member[] = [];
  const members: Member[][] = structure.calls.map(() => []);
  const nests = structure.calls.map(() => false);
  const placed = structure.calls.map(() => false);
  for (const op of structure.ops) {
    // What only keeps a tensor for later computes nothing that anybody would look for.
    if (op.phase !== "forward" || op.bookkeeping) continue;
    let member: Member = { kind: "op", id: op.id };
    let call = op.call === null ? undefined : structure.calls[op.call];
    while (call !== undefined) {
      members[call.id]?.push(member);
      if (member.kind === "call") nests[call.id] = true;
      if (placed[call.id] === true) break;
      placed[call.id] = true;
      member = { kind: "call", id: call.id };
      call = call.parent === null ? undefined : structure.calls[call.parent];
    }
    if (call === undefined) top.push(member);
  }
  const wrapper = findWrapper(structure, top, members);
  const finder = new RepeatFinder(structure, new Signatures(structure, members));
  // The finder wants outer lists first; the calls inside of a call come after it.
  const foldedTop = finder.fold(top);
  const foldedMembers = members.map((list) => finder.fold(list));
  const { repeats, repeatOfOp } = finder;
  const modules = structure.calls.map((call) => call.kind === "module");
  return {
    top: foldedTop,
    members: foldedMembers,
    nests,
    modules,
    wrapper,
    repeats,
    repeatOfOp,
    uses: countUses(structure),
  };
}

function holdsLoss(structure: Structure, call: Call): boolean {
  const op = structure.loss === null ? null : (structure.tensors[structure.loss]?.op ?? null);
  return op !== null && op >= call.first_op && op < call.end_op;
}

/** A module that holds modules and is alone at the top, the loss aside. */
function findWrapper(
  structure: Structure,
  top: readonly Member[],
  members: readonly (readonly Member[])[],
): number | null {
  const modules: Call[] = [];
  for (const member of top) {
    const call = isModule(structure, member) ? structure.calls[member.id] : undefined;
    if (call !== undefined && (top.length === 1 || !holdsLoss(structure, call))) modules.push(call);
  }
  const [only] = modules;
  if (only === undefined || modules.length > 1) return null;
  const holdsModules = members[only.id]?.some((member) => isModule(structure, member)) === true;
  return holdsModules ? only.id : null;
}

function isModule(structure: Structure, member: Member): boolean {
  return member.kind === "call" && structure.calls[member.id]?.kind === "module";
}

/** Whether a call stands open at this level when nobody has touched it. */
export function isOpenByLevel(groups: Groups, level: Level, call: Call): boolean {
  if (call.id === groups.wrapper) return true;
  switch (level) {
    case "module":
      return false;
    case "call":
      return groups.nests[call.id] === true;
    case "op":
    case "numbers":
      return true;
  }
}

export function isOpen(groups: Groups, level: Level, overrides: Overrides, call: Call): boolean {
  return overrides.get(call.id) ?? isOpenByLevel(groups, level, call);
}

/**
 * The overrides after opening a call: down through calls that hold nothing but one other call, so
 * that opening always shows something new, and through functions, so that it shows ops beside the
 * modules inside.
 */
export function withOpened(
  groups: Groups,
  overrides: Overrides,
  callId: number,
): Map<number, boolean> {
  const opened = new Map(overrides);
  const stack = [callId];
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    opened.set(id, true);
    const held = groups.members[id] ?? [];
    for (const member of heldMembers(groups, held)) {
      const opens = held.length === 1 || groups.modules[member.id] === false;
      if (member.kind === "call" && opens) stack.push(member.id);
    }
  }
  return opened;
}

/** The members with those of the shown first step in place of repeats. */
function heldMembers(groups: Groups, members: readonly Member[]): Member[] {
  return members.flatMap((member) => {
    const [first] = member.kind === "repeat" ? (groups.repeats[member.id]?.steps ?? []) : [];
    return first === undefined ? [member] : heldMembers(groups, first);
  });
}

/**
 * The overrides after closing a frame. `chain` is the frame's calls from the outside in; what was
 * opened by hand closes first, so that closing undoes opening.
 */
export function withClosed(overrides: Overrides, chain: readonly number[]): Map<number, boolean> {
  const closed = new Map(overrides);
  const byHand = chain.filter((id) => overrides.get(id) === true);
  if (byHand.length > 0) for (const id of byHand) closed.delete(id);
  else if (chain[0] !== undefined) closed.set(chain[0], false);
  return closed;
}

/** Whether opening a call would show more than one card: a chevron on the rest would do nothing. */
export function canOpen(groups: Groups, callId: number): boolean {
  let held = groups.members[callId] ?? [];
  while (held.length === 1 && held[0]?.kind === "call") held = groups.members[held[0].id] ?? [];
  return held.length > 1 || held[0]?.kind === "repeat";
}
