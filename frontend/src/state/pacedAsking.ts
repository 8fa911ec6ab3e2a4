/** Asks again whenever something has changed: one question at a time, with a rest after each. */

import { restMilliseconds } from "../model/askingPace";

export class PacedAsking {
  #wanted = false;
  #working = false;
  #ending = new AbortController();

  /**
   * Args:
   *   ask: asks once; answers how many seconds the session worked on it.
   *   shortestMilliseconds: between the beginnings of two questions, at least.
   */
  constructor(
    private readonly ask: (signal: AbortSignal) => Promise<number>,
    private readonly shortestMilliseconds: number,
  ) {}

  /** What was answered is out of date. */
  want(): void {
    this.#wanted = true;
    if (!this.#working && !this.#ending.signal.aborted) void this.#work();
  }

  /** Asks no more; an answer that is under way is dropped. */
  stop(): void {
    this.#ending.abort();
  }

  async #work(): Promise<void> {
    this.#working = true;
    const { signal } = this.#ending;
    while (this.#wanted && !signal.aborted) {
      this.#wanted = false;
      const began = performance.now();
      const seconds = await this.ask(signal);
      const rest = restMilliseconds(seconds, this.shortestMilliseconds);
      const left = began + rest - performance.now();
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, left)));
    }
    this.#working = false;
  }
}
