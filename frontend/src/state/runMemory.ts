/** Which runs stood side by side, so that a reload finds them again. */

import type { RunLook } from "./companion.svelte";
import { browserMemory, type Memory } from "./memory";

export interface RememberedRun extends RunLook {
  id: string;
}

const KEY = "gradtape.runs";

export class RunMemory {
  constructor(private readonly memory: Memory = browserMemory()) {}

  write(runs: readonly RememberedRun[]): void {
    this.memory.setItem(KEY, JSON.stringify(runs));
  }

  /** The runs that stood beside this one, itself among them; none if it was in no such set. */
  readWith(id: string): RememberedRun[] {
    const runs = parse(this.memory.getItem(KEY));
    return runs.some((run) => run.id === id) ? runs : [];
  }
}

function parse(text: string | null): RememberedRun[] {
  try {
    const value: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(value) ? value.filter(isRun) : [];
  } catch {
    // Someone else's text under our key: nothing is remembered.
    return [];
  }
}

function isRun(value: unknown): value is RememberedRun {
  if (typeof value !== "object" || value === null) return false;
  const { id, given, slot } = value as Record<string, unknown>;
  const isNamed = given === null || typeof given === "string";
  return typeof id === "string" && isNamed && Number.isInteger(slot);
}
