/** The tape on the stage. */

import { decodeTape, type Tape } from "../model/tape";
import type { TapeSource } from "./tapeSource";

export class TapeState {
  current = $state.raw<Tape | null>(null);
  /** Where the tape is from; another source may be on its way already. */
  source = $state.raw<TapeSource | null>(null);
  /** The tape before a number was edited: what differs from it has changed. */
  beforeEdit = $state.raw<Tape | null>(null);
  /** The spec has moved on to something that does not work; the graph is the last that did. */
  outdated = $state(false);
  #loading: AbortController | null = null;

  get iteration(): number | null {
    return this.current?.frame.iteration ?? null;
  }

  /**
   * Reads an iteration and shows it. A newer call cancels an older one.
   *
   * Returns whether this call's tape is what is shown now.
   */
  async show(source: TapeSource, iteration: number): Promise<boolean> {
    this.#loading?.abort();
    const loading = new AbortController();
    this.#loading = loading;
    const known = this.current;
    const hash = known?.structure.hash ?? null;
    const { json, blob } = await source.readTape(iteration, hash, loading.signal);
    if (loading.signal.aborted) return false;
    this.beforeEdit = null;
    this.source = source;
    this.current = decodeTape(json, blob, known ?? undefined);
    this.outdated = false;
    return true;
  }

  /** Like show; afterwards `beforeEdit` holds the tape that was shown until now. */
  async showEdited(source: TapeSource, iteration: number): Promise<boolean> {
    const before = this.current;
    const shown = await this.show(source, iteration);
    if (shown) this.beforeEdit = before;
    return shown;
  }
}
