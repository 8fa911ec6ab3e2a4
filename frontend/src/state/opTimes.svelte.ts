/** How long the ops of the shown tape take, asked for once for each structure of each source. */

import type { OpTimes } from "../api/types";
import type { Tape } from "../model/tape";
import type { TapeSource } from "./tapeSource";

export class OpTimesState {
  latest = $state.raw<OpTimes | null>(null);
  #asked = "";
  #asking = new AbortController();

  /** Another iteration of the same structure runs the same ops: it is not timed again. */
  async read(source: TapeSource, { structure, frame }: Tape): Promise<void> {
    const asked = `${source.key}/${structure.hash}`;
    if (asked === this.#asked || source.readTimes === undefined) return;
    this.#asking.abort();
    this.#asking = new AbortController();
    this.#asked = asked;
    this.latest = null;
    try {
      this.latest = await source.readTimes(frame.iteration, this.#asking.signal);
    } catch (error) {
      if (this.#asked === asked) this.#asked = "";
      throw error;
    }
  }
}
