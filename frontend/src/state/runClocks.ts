/** For how long each run has trained, as far as it was looked at. */

import { Stopwatch } from "../model/stopwatch";

export class RunClocks {
  readonly #watches = new Map<string, Stopwatch>();

  /** Tells which runs are at work now; the seconds of each so far, by id. */
  tell(runs: readonly { id: string; isAtWork: boolean }[], now: number): Record<string, number> {
    return Object.fromEntries(
      runs.map(({ id, isAtWork }) => {
        const watch = this.#watches.get(id) ?? new Stopwatch();
        this.#watches.set(id, watch);
        return [id, watch.tell(isAtWork, now)];
      }),
    );
  }
}
