/** The tape on the stage. */

import {
  fetchTape,
  fetchTapeBlob,
  recordUntilMistake,
  type JsonObject,
  type WholeTape,
} from "../api/client";
import { firstLayerNotOn, type MissingLayer } from "../model/layerFacts";
import type { Spec } from "../model/spec";
import { decodeTape, type Tape } from "../model/tape";

/** Where a playhead is on a tape. */
export interface Standing {
  position: number;
  total: number;
}

/** What can be run of a network that the server has refused. No session knows this tape. */
export interface Part {
  tape: Tape;
  /** The layer that it ends before; null: all layers ran, but nothing can be learned. */
  endsBefore: MissingLayer | null;
  /** Where the playhead stood on the session's tape. */
  stood: Standing;
}

export class TapeState {
  /** The latest tape of the session that was shown. */
  own = $state.raw<Tape | null>(null);
  /** Stands before the session's own tape while there is one. */
  part = $state.raw<Part | null>(null);
  /** The tape before a number was edited: what differs from it has changed. */
  beforeEdit = $state.raw<Tape | null>(null);
  /** The spec has moved on to something that does not work; the graph is the last that did. */
  outdated = $state(false);
  #session = $state("");
  #loading: AbortController | null = null;
  #loadingPart: AbortController | null = null;

  /** What the stage shows. */
  get current(): Tape | null {
    return this.part?.tape ?? this.own;
  }

  /** The session that the shown tape is of, or null; another one may be on its way already. */
  get session(): string | null {
    return this.part === null ? this.#session : null;
  }

  /** Of the session's tape, whether that is shown or not. */
  get iteration(): number | null {
    return this.own?.frame.iteration ?? null;
  }

  /**
   * Fetches an iteration and shows it. A newer call cancels an older one.
   *
   * Returns whether this call's tape is what is shown now.
   */
  async show(sessionId: string, iteration: number): Promise<boolean> {
    const loading = this.#begin();
    const known = this.own;
    const [answer, blob] = await Promise.all([
      fetchTape(sessionId, iteration, known?.structure.hash ?? null, loading.signal),
      fetchTapeBlob(sessionId, iteration, loading.signal),
    ]);
    if (loading.signal.aborted) return false;
    this.beforeEdit = null;
    this.#session = sessionId;
    this.own = decodeTape(answer, blob, known ?? undefined);
    this.part = null;
    this.outdated = false;
    return true;
  }

  /** Like show; afterwards `beforeEdit` holds the tape that was shown until now. */
  async showEdited(sessionId: string, iteration: number): Promise<boolean> {
    const before = this.own;
    const shown = await this.show(sessionId, iteration);
    if (shown) this.beforeEdit = before;
    return shown;
  }

  /** Fetches what can be run of a wrong spec; `signal` and `cancelPart` end it. */
  fetchPart(spec: Spec, signal: AbortSignal): Promise<WholeTape> {
    this.cancelPart();
    const loading = new AbortController();
    this.#loadingPart = loading;
    signal.addEventListener("abort", () => loading.abort());
    return recordUntilMistake(spec as unknown as JsonObject, loading.signal);
  }

  cancelPart(): void {
    this.#loadingPart?.abort();
  }

  /** Shows what can be run of a wrong spec in place of the session's tape. */
  showPart({ answer, blob }: WholeTape, spec: Spec, playhead: Standing): void {
    this.#begin();
    const { position, total } = this.part?.stood ?? playhead;
    const tape = decodeTape(answer, blob);
    const endsBefore = firstLayerNotOn(tape.structure, spec);
    this.part = { tape, endsBefore, stood: { position, total } };
    this.beforeEdit = null;
    this.outdated = false;
  }

  /** Shows the session's own tape again; answers what stood before it. */
  leavePart(): Part | null {
    const { part } = this;
    this.part = null;
    return part;
  }

  #begin(): AbortController {
    this.#loading?.abort();
    this.#loading = new AbortController();
    return this.#loading;
  }
}
