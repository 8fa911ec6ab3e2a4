/** Which numbers an edit has changed: the ripple that a person wants to see. */

import { valuesOf, type Tape } from "../../model/tape";

const nothingChanged: ReadonlySet<number> = new Set();

/**
 * The tensors whose numbers differ between two recordings of the same iteration with the same
 * structure; none between different iterations, where everything changes.
 */
export function changedTensors(before: Tape, after: Tape): ReadonlySet<number> {
  const sameStructure = before.structure.hash === after.structure.hash;
  if (!sameStructure || before.frame.iteration !== after.frame.iteration) return nothingChanged;
  const changed = new Set<number>();
  for (const { id } of after.structure.tensors) {
    const [old, now] = [valuesOf(before, id), valuesOf(after, id)];
    if (old !== null && now !== null && differ(old.values, now.values)) changed.add(id);
  }
  return changed;
}

function differ(a: Float32Array, b: Float32Array): boolean {
  // Object.is, because a NaN that stays NaN has not changed.
  return a.length !== b.length || a.some((value, i) => !Object.is(value, b[i]));
}

const markedMilliseconds = 1200;

/** Marks what has changed for a moment. */
export class ChangeMarks {
  changed = nothingChanged;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly ended: () => void) {}

  mark(changed: ReadonlySet<number>): void {
    this.clear();
    this.changed = changed;
    if (changed.size === 0) return;
    this.timer = setTimeout(() => {
      this.changed = nothingChanged;
      this.ended();
    }, markedMilliseconds);
  }

  clear(): void {
    clearTimeout(this.timer);
    this.changed = nothingChanged;
  }
}
