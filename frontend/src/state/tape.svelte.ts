/** The tape on the stage. */

import { fetchTape, fetchTapeBlob } from "../api/client";
import { decodeTape, type Tape } from "../model/tape";

export class TapeState {
  current = $state.raw<Tape | null>(null);
  /** The session that the tape is of; another one may be on its way already. */
  session = $state("");
  /** The tape before a number was edited: what differs from it has changed. */
  beforeEdit = $state.raw<Tape | null>(null);
  /** The spec has moved on to something that does not work; the graph is the last that did. */
  outdated = $state(false);
  #loading: AbortController | null = null;

  get iteration(): number | null {
    return this.current?.frame.iteration ?? null;
  }

  /**
   * Fetches an iteration and shows it. A newer call cancels an older one.
   *
   * Returns whether this call's tape is what is shown now.
   */
  async show(sessionId: string, iteration: number): Promise<boolean> {
    this.#loading?.abort();
    const loading = new AbortController();
    this.#loading = loading;
    const known = this.current;
    const [answer, blob] = await Promise.all([
      fetchTape(sessionId, iteration, known?.structure.hash ?? null, loading.signal),
      fetchTapeBlob(sessionId, iteration, loading.signal),
    ]);
    if (loading.signal.aborted) return false;
    this.beforeEdit = null;
    this.session = sessionId;
    this.current = decodeTape(answer, blob, known ?? undefined);
    this.outdated = false;
    return true;
  }

  /** Like show; afterwards `beforeEdit` holds the tape that was shown until now. */
  async showEdited(sessionId: string, iteration: number): Promise<boolean> {
    const before = this.current;
    const shown = await this.show(sessionId, iteration);
    if (shown) this.beforeEdit = before;
    return shown;
  }
}
