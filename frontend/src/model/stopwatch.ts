/** How long something ran, as far as it was watched. */

export class Stopwatch {
  #seconds = 0;
  #since: number | null = null;

  /** Tells at a time, in milliseconds, whether it runs from then on; the seconds until then. */
  tell(isRunning: boolean, now: number): number {
    if (this.#since !== null) this.#seconds += (now - this.#since) / 1_000;
    this.#since = isRunning ? now : null;
    return this.#seconds;
  }
}
