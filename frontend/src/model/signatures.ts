/** What a member of the forward pass does, as one number: equal numbers, equal doings. */

import type { Structure } from "../api/types";
import type { Member } from "./groups";

/**
 * Equal for ops of the same name and result shapes, and for calls of the same function or class
 * that hold equal members. Names of modules and constants do not count: blocks are numbered, and a
 * loop counts.
 */
export class Signatures {
  private readonly numbers = new Map<string, number>();
  private readonly ofCall: Int32Array;

  constructor(
    private readonly structure: Structure,
    members: readonly (readonly Member[])[],
  ) {
    this.ofCall = new Int32Array(structure.calls.length).fill(-1);
    // Calls are numbered as they begin, so those inside of a call come after it.
    for (let id = structure.calls.length - 1; id >= 0; id--) {
      const call = structure.calls[id];
      const held = members[id] ?? [];
      if (call === undefined || held.length === 0) continue;
      const inside = held.map((member) => this.of(member)).join(" ");
      const length = call.end_op - call.first_op;
      this.ofCall[id] = this.intern(`${call.kind} ${call.target} ${String(length)} ${inside}`);
    }
  }

  of(member: Member): number {
    if (member.kind === "call") return this.ofCall[member.id] ?? -1;
    const { ops, tensors } = this.structure;
    const op = ops[member.id];
    const shapes = op?.results.map((id) => tensors[id]?.shape.join("×") ?? "") ?? [];
    return this.intern(`${op?.name ?? ""} ${shapes.join(" ")}`);
  }

  private intern(text: string): number {
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    this.numbers.set(text, this.numbers.size);
    return this.numbers.size - 1;
  }
}
