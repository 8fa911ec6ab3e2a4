/** Repeated structure: the steps of a loop, and equal blocks one after the other. */

import type { Op, Structure, Tensor } from "../api/types";
import type { Member } from "./groups";
import type { Signatures } from "./signatures";

/** A stretch of members that does the same again and again. */
export interface Repeat {
  readonly id: number;
  /** The members of each step, in the tape's order. */
  readonly steps: readonly (readonly Member[])[];
  /** Step s ran the ops from `firstOp + s * stride` on; op for op, all steps are alike. */
  readonly firstOp: number;
  readonly stride: number;
  /** After the last op of the last step. */
  readonly endOp: number;
  /** The repeat in one of whose steps this one lies; -1 for none. */
  readonly around: number;
}

/** Leaves that hang as chips on the cards of what uses them. */
export const hanging: ReadonlySet<Tensor["role"]> = new Set(["parameter", "buffer", "target"]);

/** Fewer steps than this are no loop to a reader, and there would be no step like all others. */
const leastSteps = 4;
/** So many cards can be read at once: what is not longer stays as it is. */
const mostCards = 24;
/** A longer body would be a network of its own; the limit keeps the search linear. */
const longestBody = 64;

/** Which step of a repeat an op of it ran in. */
export function stepOfOp(repeat: Repeat, op: number): number {
  const step = Math.floor((op - repeat.firstOp) / repeat.stride);
  return Math.min(step, repeat.steps.length - 1);
}

/** Ops first…end of one step. */
export function opsOfStep(repeat: Repeat, step: number): readonly [number, number] {
  const first = repeat.firstOp + step * repeat.stride;
  return [first, Math.min(first + repeat.stride, repeat.endOp)];
}

/** Finds the repeats in lists of members, those inside of steps included; outer lists come first. */
export class RepeatFinder {
  readonly repeats: Repeat[] = [];
  /** The innermost repeat that each op ran in; -1 for none. */
  readonly repeatOfOp: Int32Array;
  private readonly lossOp: number;

  constructor(
    private readonly structure: Structure,
    private readonly signatures: Signatures,
  ) {
    const { loss, tensors, ops } = structure;
    this.repeatOfOp = new Int32Array(ops.length).fill(-1);
    this.lossOp = (loss === null ? null : tensors[loss]?.op) ?? -1;
  }

  /**
   * The list with each stretch of repeated members replaced by its repeat.
   *
   * Calls itself for the members of a step; a step has at most a quarter of the list's members, so
   * that is never deep.
   */
  fold(members: readonly Member[]): Member[] {
    if (members.length <= mostCards) return [...members];
    const list = new MemberList(this.structure, this.signatures, members);
    const folded: Member[] = [];
    for (let i = 0; i < members.length;) {
      const run = this.runFrom(list, i);
      if (run === null) folded.push(members[i++] as Member);
      else {
        folded.push(this.add(list, run));
        i += run.body * run.count;
      }
    }
    return folded;
  }

  private runFrom(list: MemberList, from: number): Run | null {
    for (let next = list.next(from); next >= 0; next = list.next(next)) {
      const body = next - from;
      if (body > longestBody) return null;
      const count = this.countSteps(list, from, body);
      if (count >= leastSteps && count * body > mostCards) return { from, body, count };
    }
    return null;
  }

  private countSteps(list: MemberList, from: number, body: number): number {
    const first = list.firstOp(from);
    const span = { first, stride: list.firstOp(from + body) - first };
    const end = list.endOp(from + body - 1);
    const holdsLoss = (step: number): boolean =>
      this.lossOp >= first + step * span.stride && this.lossOp < end + step * span.stride;
    let count = 0;
    while (
      list.isLikeStepBefore(from + count * body, body, count === 0 ? 0 : span.stride) &&
      // The loss ends the forward pass: it stays in view.
      !holdsLoss(count) &&
      (count === 0 || isWiredAlike(this.structure, span, count, end - first))
    ) {
      count += 1;
    }
    return count;
  }

  private add(list: MemberList, { from, body, count }: Run): Member {
    const id = this.repeats.length;
    const firstOp = list.firstOp(from);
    const steps: Member[][] = [];
    const repeat: Repeat = {
      id,
      steps,
      firstOp,
      stride: list.firstOp(from + body) - firstOp,
      endOp: list.endOp(from + body * count - 1),
      around: this.repeatOfOp[firstOp] ?? -1,
    };
    this.repeats.push(repeat);
    this.repeatOfOp.fill(id, firstOp, repeat.endOp);
    for (let step = 0; step < count; step++) {
      const start = from + step * body;
      steps.push(this.fold(list.members.slice(start, start + body)));
    }
    return { kind: "repeat", id };
  }
}

interface Run {
  readonly from: number;
  /** How many members one step has. */
  readonly body: number;
  readonly count: number;
}

/** Members with what the search asks of them, at hand. */
class MemberList {
  private readonly tokens: Int32Array;
  private readonly following: Int32Array;

  constructor(
    private readonly structure: Structure,
    signatures: Signatures,
    readonly members: readonly Member[],
  ) {
    this.tokens = Int32Array.from(members, (member) => signatures.of(member));
    this.following = new Int32Array(members.length).fill(-1);
    const last = new Map<number, number>();
    for (const [i, token] of this.tokens.entries()) {
      const before = last.get(token);
      if (before !== undefined) this.following[before] = i;
      last.set(token, i);
    }
  }

  /** Position of the next member that is like this one; -1 for none. */
  next(position: number): number {
    return this.following[position] ?? -1;
  }

  firstOp(position: number): number {
    const member = this.members[position];
    if (member === undefined) return -1;
    return member.kind === "op" ? member.id : (this.structure.calls[member.id]?.first_op ?? -1);
  }

  endOp(position: number): number {
    const member = this.members[position];
    if (member === undefined) return -1;
    return member.kind === "op" ? member.id + 1 : (this.structure.calls[member.id]?.end_op ?? -1);
  }

  /** Whether members from here on are those `body` positions before, `stride` ops later; 0: any. */
  isLikeStepBefore(position: number, body: number, stride: number): boolean {
    if (position + body > this.members.length) return false;
    if (stride === 0) return true;
    for (let i = position; i < position + body; i++) {
      if (this.tokens[i] !== this.tokens[i - body]) return false;
      if (this.firstOp(i) !== this.firstOp(i - body) + stride) return false;
    }
    return true;
  }
}

interface Span {
  readonly first: number;
  readonly stride: number;
}

/** Whether the ops of a step take what those of the step before took, one step later. */
function isWiredAlike(structure: Structure, span: Span, step: number, length: number): boolean {
  const leaves = new Pairing();
  const start = span.first + step * span.stride;
  for (let id = start; id < start + length; id++) {
    const [op, before] = [structure.ops[id], structure.ops[id - span.stride]];
    if (op === undefined || before === undefined || !doTheSame(op, before)) return false;
    for (const [k, operand] of op.operands.entries()) {
      const now = structure.tensors[operand];
      const then = structure.tensors[before.operands[k] ?? -1];
      if (now === undefined || then === undefined) return false;
      if (!comesAlike(structure, span, now, then, leaves)) return false;
    }
  }
  return true;
}

function doTheSame(op: Op, before: Op): boolean {
  return (
    op.name === before.name &&
    op.phase === before.phase &&
    op.bookkeeping === before.bookkeeping &&
    op.operands.length === before.operands.length &&
    op.results.length === before.results.length
  );
}

function comesAlike(
  structure: Structure,
  { first, stride }: Span,
  now: Tensor,
  then: Tensor,
  leaves: Pairing,
): boolean {
  if (then.op !== null && then.op >= first) {
    if (now.op !== then.op + stride) return false;
    return resultIndex(structure, now) === resultIndex(structure, then);
  }
  if (now.op === null || then.op === null) {
    const both = now.op === null && then.op === null;
    // What hangs on cards as chips has to hang on the same cards in every step.
    if (both) return now.role === then.role && leaves.pair(then.id, now.id);
    return !hanging.has(then.role) && now.op !== null && now.op < first + stride;
  }
  // From outside in both, or carried on from the first step where that one took what was there.
  return now.op < first + stride;
}

function resultIndex(structure: Structure, tensor: Tensor): number {
  return structure.ops[tensor.op ?? -1]?.results.indexOf(tensor.id) ?? -1;
}

/** Which leaf of one step stands for which of the step before: one for one. */
class Pairing {
  private readonly onward = new Map<number, number>();
  private readonly back = new Map<number, number>();

  pair(before: number, now: number): boolean {
    const known = this.onward.get(before) ?? now;
    const origin = this.back.get(now) ?? before;
    this.onward.set(before, now);
    this.back.set(now, before);
    return known === now && origin === before;
  }
}
