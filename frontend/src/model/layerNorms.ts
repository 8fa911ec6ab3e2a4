/** The gradient's norm layer by layer, in the network's order: where it vanishes or explodes. */

import type { Structure, Tensor } from "../api/types";
import { flowOver, type Flow } from "./flow";
import { buildGroups, type Member } from "./groups";
import { callOfLayer } from "./inspection";
import { opName, tensorName } from "./names";
import type { Selection } from "./selection";
import type { Tape } from "./tape";

/** What each bar is about: what a layer learns from, or what flows through it. */
export type DepthMeasure = "parameters" | "outputs";

export interface Layer {
  readonly name: string;
  readonly selection: Selection;
  /** The forward tensors whose gradients are meant. */
  readonly tensors: readonly number[];
}

export interface LayerNorm extends Layer {
  readonly flow: Flow;
  /** The playhead from which all of its gradients are there; -1 never. */
  readonly knownFrom: number;
  /** Why there is no gradient; empty where there is one. */
  readonly reason: string;
}

/** A step between two layers beyond this, up or down, is worth a word. */
export const steepFactor = 10;

/** The norms of all layers; null: of whichever measure says more about this network. */
export function layerNorms(tape: Tape, measure: DepthMeasure): LayerNorm[] {
  const { structure } = tape;
  const layers = measure === "parameters" ? parameterLayers(structure) : outputLayers(structure);
  return layers.map((layer) => measureLayer(tape, layer));
}

/** Parameters, unless all of them are in one layer, as where one weight is used at every step. */
export function usualMeasure(structure: Structure): DepthMeasure {
  return parameterLayers(structure).length > 1 ? "parameters" : "outputs";
}

function measureLayer(tape: Tape, layer: Layer): LayerNorm {
  const { tensors } = tape.structure;
  const gradients: number[] = [];
  let knownFrom = -1;
  let reason = "";
  for (const id of layer.tensors) {
    const gradient = tensors[id]?.gradient ?? null;
    if (gradient === null) reason ||= tensors[id]?.why_no_gradient ?? "no gradient was recorded";
    else {
      gradients.push(gradient);
      knownFrom = Math.max(knownFrom, tape.revealed[gradient] ?? -1);
    }
  }
  const flow = flowOver(tape, gradients);
  return { ...layer, flow, knownFrom, reason: flow.kind === "unreached" ? reason : "" };
}

type CallOrOp = Exclude<Member, { kind: "repeat" }>;

/** `fc1` for `fc1.weight`; a parameter of no module is a layer of its own. */
function layerNameOf(tensor: Tensor): string | null {
  const dot = tensor.name?.lastIndexOf(".") ?? -1;
  return dot < 0 ? null : (tensor.name ?? "").slice(0, dot);
}

function parameterLayers(structure: Structure): Layer[] {
  const layers = new Map<string, { name: string; selection: Selection; tensors: number[] }>();
  const seen = new Set<number>();
  for (const op of structure.ops) {
    if (op.phase !== "forward") continue;
    for (const id of op.operands) {
      const tensor = structure.tensors[id];
      if (tensor?.role !== "parameter" || seen.has(id)) continue;
      seen.add(id);
      const layer = layerNameOf(tensor);
      const name = layer ?? tensorName(structure, id);
      const known = layers.get(name);
      if (known !== undefined) known.tensors.push(id);
      else {
        const call = layer === null ? null : callOfLayer(structure, layer);
        layers.set(name, { name, selection: call ?? { kind: "tensor", id }, tensors: [id] });
      }
    }
  }
  return [...layers.values()];
}

/** What each call or op at the top gives to the next, where a gradient can come back through it. */
function outputLayers(structure: Structure): Layer[] {
  const members = topMembers(structure);
  const outputs = lastUsedResults(structure, members);
  return members.flatMap((member, index) => {
    const output = outputs[index] ?? null;
    // The loss has the gradient 1 by definition: that is no strength of the network's.
    const isLoss = output === structure.loss;
    if (output === null || isLoss || structure.tensors[output]?.requires_grad !== true) return [];
    const { kind, id } = member;
    return [{ name: memberName(structure, member), selection: { kind, id }, tensors: [output] }];
  });
}

/** What stands at the top, each step of a repeat by itself. */
function topMembers(structure: Structure): CallOrOp[] {
  const groups = buildGroups(structure);
  const held = (member: Member): readonly Member[] | null => {
    if (member.kind === "repeat") return groups.repeats[member.id]?.steps.flat() ?? [];
    const isWrapper = member.kind === "call" && member.id === groups.wrapper;
    return isWrapper ? (groups.members[member.id] ?? []) : null;
  };
  const found: CallOrOp[] = [];
  const stack = groups.top.toReversed();
  for (let member = stack.pop(); member !== undefined; member = stack.pop()) {
    const inside = held(member);
    if (inside !== null) for (const each of inside.toReversed()) stack.push(each);
    else if (member.kind !== "repeat") found.push(member);
  }
  return found;
}

function memberName(structure: Structure, { kind, id }: CallOrOp): string {
  if (kind === "call") return structure.calls[id]?.path ?? structure.calls[id]?.name ?? "";
  const op = structure.ops[id];
  return op === undefined ? "" : opName(structure, op);
}

/** For each member the last of its tensors that another one uses; null where none is used. */
function lastUsedResults(structure: Structure, members: readonly CallOrOp[]): (number | null)[] {
  const memberOfOp = new Int32Array(structure.ops.length).fill(-1);
  for (const [index, { kind, id }] of members.entries()) {
    const call = kind === "call" ? structure.calls[id] : undefined;
    memberOfOp.fill(index, call?.first_op ?? id, call?.end_op ?? id + 1);
  }
  const outputs: (number | null)[] = members.map(() => null);
  const consider = (tensor: number, user: number): void => {
    const producer = memberOfOp[structure.tensors[tensor]?.op ?? -1] ?? -1;
    if (producer >= 0 && producer !== user) outputs[producer] = tensor;
  };
  for (const op of structure.ops) {
    if (op.phase !== "forward") continue;
    for (const id of op.operands) consider(id, memberOfOp[op.id] ?? -1);
  }
  return outputs;
}

/**
 * What the gradient was multiplied by on its way back from the next layer to each one.
 *
 * One shorter than the layers; null where one of the two has no strength to compare.
 */
export function layerFactors(norms: readonly LayerNorm[]): (number | null)[] {
  return norms.slice(1).map(({ flow: later }, index) => {
    const earlier = norms[index]?.flow;
    return earlier?.kind === "value" && later.kind === "value" ? earlier.norm / later.norm : null;
  });
}

function isSteep(factor: number): boolean {
  return factor > steepFactor || factor < 1 / steepFactor;
}

/** A step between a layer and the next one that changes the gradient a lot. */
export interface SteepStep {
  readonly index: number;
  readonly factor: number;
}

/** The steepest first. */
export function steepSteps(norms: readonly LayerNorm[]): SteepStep[] {
  const steepness = ({ factor }: SteepStep): number => Math.abs(Math.log10(factor));
  return layerFactors(norms)
    .map((factor, index) => ({ index, factor: factor ?? 1 }))
    .filter(({ factor }) => isSteep(factor))
    .sort((a, b) => steepness(b) - steepness(a));
}

export interface Decades {
  /** Powers of ten that all norms lie between. */
  readonly from: number;
  readonly to: number;
}

/** The axis for these norms, the same wherever the playhead stands. */
export function decadesOf(norms: readonly LayerNorm[]): Decades {
  let [least, greatest] = [Infinity, -Infinity];
  for (const { flow } of norms) {
    if (flow.kind !== "value") continue;
    least = Math.min(least, Math.log10(flow.norm));
    greatest = Math.max(greatest, Math.log10(flow.norm));
  }
  if (least > greatest) return { from: -1, to: 0 };
  const from = Math.floor(least);
  return { from, to: Math.max(from + 1, Math.ceil(greatest)) };
}

export interface DepthVerdict {
  readonly kind: "even" | "vanishes" | "explodes" | "zero" | "not-finite" | "none";
  /** From the last layer that has a strength back to the first one. */
  readonly factor: number | null;
  readonly from: string;
  readonly to: string;
  /** The layers whose gradient is zero, or not finite, where that is the verdict. */
  readonly bad: readonly string[];
}

/** A change over the whole depth beyond this is called by its name. */
const notableChange = 1e3;

/** What the gradient does on its way through all of the layers. */
export function judgeDepth(norms: readonly LayerNorm[]): DepthVerdict {
  const valued = norms.filter(({ flow }) => flow.kind === "value");
  const [first, last] = [valued[0], valued.at(-1)];
  const factor =
    first === undefined || last === undefined ? null : strength(first) / strength(last);
  const ends = { factor, from: last?.name ?? "", to: first?.name ?? "", bad: [] };
  for (const kind of ["not-finite", "zero"] as const) {
    const bad = norms.filter(({ flow }) => flow.kind === kind).map(({ name }) => name);
    if (bad.length > 0) return { kind, ...ends, bad };
  }
  if (factor === null) return { kind: "none", ...ends };
  if (factor < 1 / notableChange) return { kind: "vanishes", ...ends };
  return { kind: factor > notableChange ? "explodes" : "even", ...ends };
}

function strength({ flow }: LayerNorm): number {
  return flow.kind === "value" ? flow.norm : NaN;
}
