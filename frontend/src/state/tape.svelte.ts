/** The tape on the stage. */

import type { WholeTape } from "../api/types";
import { firstLayerNotOn, type MissingLayer } from "../model/layerFacts";
import type { Spec } from "../model/spec";
import { decodeTape, type Tape } from "../model/tape";
import type { TapeSource } from "./tapeSource";

/** Where a playhead is on a tape. */
export interface Standing {
  position: number;
  total: number;
}

/** What can be run of a network that the server has refused. No source has this tape. */
export interface Part {
  tape: Tape;
  /** The layer that it ends before; null: all layers ran, but nothing can be learned. */
  endsBefore: MissingLayer | null;
  /** Where the playhead stood on the source's tape. */
  stood: Standing;
}

export class TapeState {
  /** The latest tape of a source that was shown. */
  own = $state.raw<Tape | null>(null);
  /** Stands before the source's own tape while there is one. */
  part = $state.raw<Part | null>(null);
  /** The tape before a number was edited: what differs from it has changed. */
  beforeEdit = $state.raw<Tape | null>(null);
  /** The spec has moved on to something that does not work; the graph is the last that did. */
  outdated = $state(false);
  #source = $state.raw<TapeSource | null>(null);
  #loading: AbortController | null = null;

  /** What the stage shows. */
  get current(): Tape | null {
    return this.part?.tape ?? this.own;
  }

  /** Where the shown tape is from, or null; another source may be on its way already. */
  get source(): TapeSource | null {
    return this.part === null ? this.#source : null;
  }

  /** Of the source's tape, whether that is shown or not. */
  get iteration(): number | null {
    return this.own?.frame.iteration ?? null;
  }

  /**
   * Reads an iteration and shows it. A newer call cancels an older one.
   *
   * Returns whether this call's tape is what is shown now.
   */
  async show(source: TapeSource, iteration: number): Promise<boolean> {
    const loading = this.#begin();
    const known = this.own;
    const hash = known?.structure.hash ?? null;
    const { json, blob } = await source.readTape(iteration, hash, loading.signal);
    if (loading.signal.aborted) return false;
    this.beforeEdit = null;
    this.#source = source;
    this.own = decodeTape(json, blob, known ?? undefined);
    this.part = null;
    this.outdated = false;
    return true;
  }

  /** Like show; afterwards `beforeEdit` holds the tape that was shown until now. */
  async showEdited(source: TapeSource, iteration: number): Promise<boolean> {
    const before = this.own;
    const shown = await this.show(source, iteration);
    if (shown) this.beforeEdit = before;
    return shown;
  }

  /** Shows what can be run of a wrong spec in place of the source's tape. */
  showPart({ json, blob }: WholeTape, spec: Spec, playhead: Standing): void {
    this.#begin();
    const { position, total } = this.part?.stood ?? playhead;
    const tape = decodeTape(json, blob);
    const endsBefore = firstLayerNotOn(tape.structure, spec);
    this.part = { tape, endsBefore, stood: { position, total } };
    this.beforeEdit = null;
    this.outdated = false;
  }

  /** Shows the source's own tape again; answers what stood before it. */
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
