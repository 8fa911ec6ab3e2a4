/** What came of a change: how the shown recording differs from another one. */

import { fetchDifference } from "../api/client";
import type { Difference } from "../api/types";
import { tensorsToMark } from "../model/difference";

const NONE: ReadonlySet<number> = new Set();

/** What is compared with: a recorded iteration, or what the shown one was recorded in place of. */
export type Against = number | "replaced";

export class WhatIfState {
  difference = $state.raw<Difference | null>(null);
  /** Tensors that have changed on a tape whose graph is not the one that it was before. */
  readonly flashed = $derived(this.difference === null ? NONE : tensorsToMark(this.difference));
  #asking: AbortController | null = null;

  /** What there is to say of the shown iteration. */
  of(iteration: number | null): Difference | null {
    return this.difference?.iteration_after === iteration ? this.difference : null;
  }

  /** The tensor on the replaced tape that a tensor of the shown one was. */
  tensorBefore(tensor: number): number | null {
    const found = this.difference?.tensors.find((each) => each.tensor === tensor);
    return found?.tensor_before ?? null;
  }

  /** Asks how an iteration differs from another. A newer question takes the place of an older. */
  async compare(session: string, against: Against, iteration: number): Promise<void> {
    this.forget();
    const asking = (this.#asking = new AbortController());
    const difference = await fetchDifference(session, against, iteration, asking.signal);
    if (!asking.signal.aborted) this.difference = difference;
  }

  forget(): void {
    this.#asking?.abort();
    this.difference = null;
  }
}
