/** Everything on a tape that a person may look for, with the words to find it by. */

import type { Call, Structure, Tensor } from "../api/types";
import { formatShapeShort, shortName } from "./format";
import { opName } from "./names";
import type { Selection } from "./selection";

/** In the order in which groups of equally good results stand. */
export const entryGroups = [
  "Layers",
  "Functions",
  "Parameters and inputs",
  "Gradients",
  "Operations",
  "Autograd nodes",
  "Tensors",
] as const;
export type EntryGroup = (typeof entryGroups)[number];

export interface Entry {
  readonly group: EntryGroup;
  readonly selection: Selection;
  readonly name: string;
  /** What it is, where the name does not say it. */
  readonly detail: string;
  /** The tensor whose shape and norm stand beside it. */
  readonly tensor: number | null;
  /** `64×10`; empty for what has no shape. */
  readonly shape: string;
  /** The name in lower case, for comparing. */
  readonly key: string;
  /** All words that it is found by, in lower case. */
  readonly text: string;
  /** Which letters and digits occur in the text, a bit each: most entries are passed over by it. */
  readonly letters: number;
}

export interface SearchIndex {
  readonly structure: Structure;
  readonly entries: readonly Entry[];
  /** Every word that occurs, for guessing what a mistyped one was meant to be; made when asked. */
  words(): ReadonlySet<string>;
}

export function buildSearchIndex(structure: Structure): SearchIndex {
  const entries = [
    ...callEntries(structure),
    ...leafEntries(structure),
    ...opEntries(structure),
    ...nodeEntries(structure),
  ];
  let words: Set<string> | null = null;
  return { structure, entries, words: () => (words ??= wordsOf(entries)) };
}

function wordsOf(entries: readonly Entry[]): Set<string> {
  const words = new Set<string>();
  for (const { text } of entries) {
    for (const word of text.split(/[^a-z_0-9]+/)) if (/[a-z]/.test(word)) words.add(word);
  }
  return words;
}

/** A bit for each letter that occurs; digits share the bits after `z`. */
export function lettersIn(text: string): number {
  let bits = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 97 && code <= 122) bits |= 1 << (code - 97);
    else if (code >= 48 && code <= 57) bits |= 1 << (26 + ((code - 48) % 6));
  }
  return bits;
}

/** A tensor by its number, whatever it is. */
export function tensorEntry(structure: Structure, id: number): Entry | null {
  const tensor = structure.tensors[id];
  if (tensor === undefined) return null;
  const name = tensor.name ?? nameOfMaker(structure, tensor);
  const detail = `#${String(id)} · ${tensor.role}`;
  const selection: Selection = { kind: "tensor", id };
  return entryOf(structure, { group: "Tensors", selection, name, detail, tensor: id });
}

function nameOfMaker(structure: Structure, { of, op, role }: Tensor): string {
  const about = of == null ? undefined : structure.tensors[of];
  if (about !== undefined) return `${role} of ${about.name ?? nameOfMaker(structure, about)}`;
  const maker = op === null ? undefined : structure.ops[op];
  return maker === undefined ? role : opName(structure, maker);
}

interface Draft extends Pick<Entry, "group" | "selection" | "name" | "detail" | "tensor"> {
  /** The name to compare with, where another one is shown. */
  readonly key?: string;
  /** What else it is found by. */
  readonly words?: string;
}

function entryOf(structure: Structure, { key, words = "", ...draft }: Draft): Entry {
  const { name, detail, tensor } = draft;
  const about = tensor === null ? undefined : structure.tensors[tensor];
  const shape = about === undefined ? "" : formatShapeShort(about.shape);
  const number = tensor === null ? "" : `#${String(tensor)}`;
  const made = about?.name ?? "";
  const text = `${name} ${detail} ${words} ${made} ${shape} ${number}`.toLowerCase();
  const { group, selection } = draft;
  const compared = (key ?? name).toLowerCase();
  const letters = lettersIn(text);
  return { group, selection, name, detail, tensor, shape, key: compared, text, letters };
}

function callEntries(structure: Structure): Entry[] {
  const outputs = outputsOfCalls(structure);
  const entries: Entry[] = [];
  for (const call of structure.calls) {
    if (call.phase !== "forward" || call.end_op <= call.first_op) continue;
    const group = call.kind === "module" ? "Layers" : "Functions";
    const name = call.kind === "module" ? (call.path ?? call.name) : call.name;
    const tensor = outputs[call.id] ?? null;
    const detail = detailOf(structure, call);
    const selection: Selection = { kind: "call", id: call.id };
    entries.push(
      entryOf(structure, { group, selection, name, detail, tensor, words: call.target }),
    );
  }
  return entries;
}

/** The class of a layer; the layer that a function was called in. */
function detailOf(structure: Structure, call: Call): string {
  if (call.kind === "module") return shortName(call.target);
  const around = call.parent === null ? undefined : structure.calls[call.parent];
  return around === undefined ? "" : `in ${around.path ?? around.name}`;
}

/** For each call the last of its tensors that anything outside uses, else its last result. */
function outputsOfCalls(structure: Structure): (number | undefined)[] {
  const outputs = structure.calls.map((call) => structure.ops[call.end_op - 1]?.results.at(-1));
  const leave = (tensor: number, user: number): void => {
    const maker = structure.ops[structure.tensors[tensor]?.op ?? -1];
    let call = structure.calls[maker?.call ?? -1];
    while (call !== undefined && (user < call.first_op || user >= call.end_op)) {
      outputs[call.id] = tensor;
      call = structure.calls[call.parent ?? -1];
    }
  };
  for (const op of structure.ops) {
    if (op.phase === "forward") for (const operand of op.operands) leave(operand, op.id);
  }
  for (const id of [structure.output, structure.loss]) if (id !== null) leave(id, -1);
  return outputs;
}

const givenRoles = new Set<Tensor["role"]>(["input", "target", "parameter", "buffer"]);

function leafEntries(structure: Structure): Entry[] {
  const loss = structure.tensors[structure.loss ?? -1]?.name ?? "loss";
  const leaves: Entry[] = [];
  const gradients: Entry[] = [];
  for (const { id, role, name, gradient } of structure.tensors) {
    if (!givenRoles.has(role)) continue;
    const title = name ?? role;
    const named = { name: title, detail: role };
    const group = "Parameters and inputs";
    leaves.push(
      entryOf(structure, { group, selection: { kind: "tensor", id }, ...named, tensor: id }),
    );
    if (gradient == null) continue;
    gradients.push(
      entryOf(structure, {
        group: "Gradients",
        selection: { kind: "tensor", id: gradient },
        name: `∂${loss}/∂${title}`,
        detail: "gradient",
        tensor: gradient,
        words: `grad ${title}`,
      }),
    );
  }
  return [...leaves, ...gradients];
}

function opEntries(structure: Structure): Entry[] {
  const entries: Entry[] = [];
  for (const op of structure.ops) {
    // What only keeps a tensor for later computes nothing that anybody would look for.
    if (op.phase !== "forward" || op.bookkeeping) continue;
    const call = op.call === null ? undefined : structure.calls[op.call];
    const [tensor = null] = op.results;
    entries.push(
      entryOf(structure, {
        group: "Operations",
        selection: { kind: "op", id: op.id },
        name: opName(structure, op),
        key: shortName(op.name),
        detail: op.name,
        tensor,
        words: `${call?.name ?? ""} ${call?.path ?? ""}`,
      }),
    );
  }
  return entries;
}

function nodeEntries(structure: Structure): Entry[] {
  const leaves = new Map<number, number>();
  for (const { target, of } of structure.edges) if (of !== null) leaves.set(target, of);
  return structure.nodes.map((node) => {
    const op = structure.ops[node.op ?? -1];
    const of = op === undefined ? leaves.get(node.id) : op.results[0];
    const about = structure.tensors[of ?? -1];
    const detail = op === undefined ? (about?.name ?? "") : opName(structure, op);
    const selection: Selection = { kind: "node", id: node.id };
    const tensor = about?.gradient ?? null;
    return entryOf(structure, {
      group: "Autograd nodes",
      selection,
      name: node.name,
      detail,
      tensor,
    });
  });
}
