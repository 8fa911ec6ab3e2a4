/** What came of a change: how the shown recording differs from another one. */

import { fetchDifference } from "../api/client";
import type { Difference } from "../api/types";
import { tensorsToMark } from "../model/difference";
import type { Tape } from "../model/tape";

const NONE: ReadonlySet<number> = new Set();

/** What is compared with: a recorded iteration, or what the shown one was recorded in place of. */
export type Against = number | "replaced";

export class WhatIfState {
  difference = $state.raw<Difference | null>(null);
  /** Tensors that have changed on a tape whose graph is not the one that it was before. */
  readonly flashed = $derived(this.difference === null ? NONE : tensorsToMark(this.difference));
  #about = $state.raw<Tape | null>(null);
  #asking: AbortController | null = null;

  /** What there is to say of the tape that is shown. */
  of(tape: Tape | null): Difference | null {
    return tape !== null && tape === this.#about ? this.difference : null;
  }

  /** The tensor on the replaced tape that a tensor of the shown one was. */
  tensorBefore(tensor: number): number | null {
    const found = this.difference?.tensors.find((each) => each.tensor === tensor);
    return found?.tensor_before ?? null;
  }

  /** Asks how a tape differs from another. A newer question takes the place of an older. */
  async compare(session: string, against: Against, tape: Tape): Promise<void> {
    this.forget();
    const { signal } = (this.#asking = new AbortController());
    const difference = await fetchDifference(session, against, tape.frame.iteration, signal);
    if (!signal.aborted) [this.difference, this.#about] = [difference, tape];
  }

  forget(): void {
    this.#asking?.abort();
    this.difference = null;
  }
}
