/** What the stage shows of a structure at a level: cards, frames around them, and their edges. */

import type { Call, Op, Structure } from "../../api/types";
import { allFolded, type Folding } from "../../model/folding";
import { shortName } from "../../model/format";
import {
  buildGroups,
  canOpen,
  isOpen,
  keyOf,
  type Groups,
  type Key,
  type Member,
  type Overrides,
} from "../../model/groups";
import type { MissingLayer } from "../../model/layerFacts";
import type { Level } from "../../model/levels";
import { hanging, type Repeat } from "../../model/repeats";
import { layOutNumberCards, type NumberCards } from "../numbers/numberCard";
import { connectItems, turnsBack, type SceneEdges, type Wire } from "./sceneEdges";
import { addRepeat, blankItem, endFold, type Draft, type InRepeat } from "./sceneDraft";
import { wireFolds, type Fold } from "./sceneFolds";

/**
 * "missing" is a layer that the tape ends before: it has a place, and no numbers. "hidden" stands
 * for the steps of a folded repeat before or after the one that is shown.
 */
export type ItemKind = "input" | "card" | "loss" | "missing" | "hidden";

/** One forward card with, below it, its gradient card. */
export interface Item {
  readonly index: number;
  readonly key: Key | "missing" | `${"before" | "after"}:${number}`;
  readonly kind: ItemKind;
  /** `fc1`, or the op's short name. */
  readonly name: string;
  /** `linear`: what it is where the name does not say it. */
  readonly detail: string;
  /** The call to open on a double click; null where nothing is inside. */
  readonly opens: number | null;
  /** The innermost call behind it, for names; null for an op on its own. */
  readonly call: Call | null;
  /** Ops first..end ran in it; none for an input. */
  readonly firstOp: number;
  readonly endOp: number;
  /** The tensor whose heatmap it shows. */
  readonly output: number | null;
  /** Parameters, buffers and targets that its ops use. */
  readonly leaves: readonly number[];
  /** Its cards where they are large enough for their numbers; null where a heatmap stands. */
  readonly numbers: NumberCards | null;
  /** The frame around it, an index into `frames`; -1 at the top. */
  readonly frame: number;
}

export interface SceneFrame {
  readonly index: number;
  readonly key: Key;
  readonly title: string;
  /** Its calls from the outside in: one, or several that hold nothing but each other. */
  readonly calls: readonly number[];
  /** The repeat whose steps it holds, instead of calls. */
  readonly repeat: Repeat | null;
  /** Whether it shows one step of its repeat. */
  readonly folded: boolean;
  /** The frame around it; always with a lower index; -1 at the top. */
  readonly parent: number;
  readonly firstOp: number;
  readonly endOp: number;
}

export interface Scene extends SceneEdges {
  readonly structure: Structure;
  readonly items: readonly Item[];
  readonly frames: readonly SceneFrame[];
  /** The repeats that are folded; those around others come first. */
  readonly folds: readonly Fold[];
  /** The step that each of them shows, by repeat. */
  readonly steps: ReadonlyMap<number, number>;
  /** The item of each op; -1 for ops of other phases. */
  readonly itemOfOp: Int32Array;
  /** In how many places each tensor is used. */
  readonly uses: Int32Array;
  /** The item that stands for the loss; -1 if there is none. */
  readonly loss: number;
  /** Whether a backward pass was recorded: without one there is no lower half. */
  readonly turnsBack: boolean;
  readonly itemOfKey: ReadonlyMap<string, number>;
}

/**
 * The scene of a structure at a level, with what was opened and closed by hand.
 *
 * `known` are the wires of a scene that differs in the shown steps alone; `enlarged` are the keys
 * of cards that show their numbers though the level is not the closest.
 */
export function buildScene(
  structure: Structure,
  level: Level,
  overrides: Overrides,
  groups: Groups = buildGroups(structure),
  missing: MissingLayer | null = null,
  folding: Folding = allFolded,
  known: readonly Wire[] = [],
  enlarged: ReadonlySet<string> = new Set(),
): Scene {
  const draft: Draft = {
    items: [],
    frames: [],
    folds: [],
    itemOfOp: new Int32Array(structure.ops.length).fill(-1),
  };
  addInputs(structure, draft);
  addMembers(structure, groups, draft, folding, (call) => isOpen(groups, level, overrides, call));
  const outputs = lastUsedOutputs(structure, draft);
  const items = draft.items.map((item) => {
    const finished = finish(structure, item, outputs[item.index] ?? null);
    const isLarge = level === "numbers" || enlarged.has(item.key);
    return isLarge ? withNumbers(structure, finished) : finished;
  });
  if (missing !== null) items.push(missingItem(draft, missing));
  const { frames, folds, itemOfOp } = draft;
  const awaited = missing?.inputs ?? [];
  const wiring = wireFolds(structure, items, frames, folds, itemOfOp, known);
  return {
    structure,
    items,
    frames,
    folds,
    steps: folding.steps,
    itemOfOp,
    uses: groups.uses,
    loss: items.findIndex((item) => item.kind === "loss"),
    turnsBack: turnsBack(structure),
    itemOfKey: new Map(items.map((item) => [item.key, item.index])),
    ...connectItems(structure, items, itemOfOp, awaited, wiring),
  };
}

function addInputs(structure: Structure, draft: Draft): void {
  const used = new Set<number>();
  for (const op of structure.ops) {
    if (op.phase === "forward") for (const id of op.operands) used.add(id);
  }
  for (const tensor of structure.tensors) {
    if (tensor.role !== "input" || tensor.op !== null || !used.has(tensor.id)) continue;
    draft.items.push({
      ...blankItem(draft, `tensor:${tensor.id}`, -1),
      kind: "input",
      name: tensor.name ?? "input",
      output: tensor.id,
    });
  }
}

function missingItem(draft: Draft, { name, kind }: MissingLayer): Item {
  const detail = name === kind ? "" : kind;
  return { ...blankItem(draft, "missing", -1), kind: "missing", name, detail };
}

interface Pending {
  member: InRepeat;
  /** Calls around it that hold nothing else, outside in. */
  chain: Call[];
  frame: number;
}

/** Depth first with a stack of its own: calls may nest deeper than the engine's stack. */
function addMembers(
  structure: Structure,
  groups: Groups,
  draft: Draft,
  folding: Folding,
  open: (call: Call) => boolean,
): void {
  const stack: Pending[] = [];
  const push = (members: readonly InRepeat[], chain: Call[], frame: number): void => {
    for (let i = members.length - 1; i >= 0; i--) {
      const member = members[i];
      if (member !== undefined) stack.push({ member, chain, frame });
    }
  };
  push(groups.top, [], -1);
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { member, chain, frame } = next;
    if (member.kind === "after") endFold(draft, member.id);
    else if (member.kind === "repeat") {
      const repeat = groups.repeats[member.id] as Repeat;
      push(...addRepeat(structure, draft, repeat, frame, folding));
    } else {
      const call = member.kind === "call" ? structure.calls[member.id] : undefined;
      const held = call === undefined ? [] : (groups.members[call.id] ?? []);
      if (call === undefined || !open(call)) addItem(structure, groups, draft, member, next);
      else if (call.id === groups.wrapper) push(held, [], frame);
      else if (held.length === 1 && held[0]?.kind !== "repeat") push(held, [...chain, call], frame);
      else push(held, [], addFrame(draft, [...chain, call], frame));
    }
  }
}

function addFrame(draft: Draft, calls: Call[], parent: number): number {
  const outer = calls[0] as Call;
  const index = draft.frames.length;
  draft.frames.push({
    index,
    key: `call:${outer.id}`,
    title: joinNames(calls.map((call) => call.name)),
    calls: calls.map((call) => call.id),
    repeat: null,
    folded: false,
    parent,
    firstOp: outer.first_op,
    endOp: outer.end_op,
  });
  return index;
}

function joinNames(names: readonly string[]): string {
  return names.filter((name, i) => name !== names[i - 1]).join(" · ");
}

function addItem(
  structure: Structure,
  groups: Groups,
  draft: Draft,
  member: Member,
  { chain, frame }: Pending,
): void {
  const blank = blankItem(draft, keyOf(member), frame);
  if (member.kind === "op") {
    const op = structure.ops[member.id] as Op;
    const short = shortName(op.name);
    const name = chain[0]?.name ?? short;
    draft.itemOfOp[op.id] = blank.index;
    draft.items.push({
      ...blank,
      name,
      detail: name === short ? "" : short,
      call: chain.at(-1) ?? null,
      firstOp: op.id,
      endOp: op.id + 1,
    });
    return;
  }
  const call = structure.calls[member.id] as Call;
  const name = chain[0]?.name ?? call.name;
  draft.itemOfOp.fill(blank.index, call.first_op, call.end_op);
  draft.items.push({
    ...blank,
    name,
    detail: detailOf(call, name),
    opens: canOpen(groups, call.id) ? call.id : null,
    call,
    firstOp: call.first_op,
    endOp: call.end_op,
  });
}

/** `linear` for the module fc1 of class Linear, and for the call of `linear` inside it. */
function detailOf(call: Call, name: string): string {
  const kind = call.kind === "module" ? call.target.toLowerCase() : call.name;
  return kind === name.replace(/_\d+$/, "") ? "" : shortName(kind);
}

/** For each item the last of its tensors that anything outside of it uses, else its last result. */
function lastUsedOutputs(structure: Structure, { items, itemOfOp }: Draft): (number | null)[] {
  const outputs = items.map(({ kind, endOp, output }) =>
    kind === "hidden" ? null : (structure.ops[endOp - 1]?.results[0] ?? output),
  );
  const consider = (id: number, user: number): void => {
    const op = structure.tensors[id]?.op ?? null;
    const item = op === null ? -1 : (itemOfOp[op] ?? -1);
    if (item >= 0 && item !== user) outputs[item] = id;
  };
  for (const op of structure.ops) {
    if (op.phase === "forward") for (const id of op.operands) consider(id, itemOfOp[op.id] ?? -1);
  }
  for (const id of [structure.output, structure.loss]) if (id !== null) consider(id, -1);
  for (const item of items) if (item.kind === "input") outputs[item.index] = item.output;
  return outputs;
}

function finish(structure: Structure, item: Item, output: number | null): Item {
  const leaves = new Set<number>();
  for (let id = item.firstOp; id < item.endOp; id++) {
    for (const operand of structure.ops[id]?.operands ?? []) {
      const tensor = structure.tensors[operand];
      if (tensor?.op === null && hanging.has(tensor.role)) leaves.add(operand);
    }
  }
  const isLoss = item.kind !== "input" && output !== null && output === structure.loss;
  return { ...item, kind: isLoss ? "loss" : item.kind, output, leaves: [...leaves] };
}

/** A card that shows its numbers; the loss is one number, in large type anyway. */
function withNumbers(structure: Structure, item: Item): Item {
  if (item.output === null || item.kind === "loss") return item;
  return { ...item, numbers: layOutNumberCards(structure, item.output) };
}
