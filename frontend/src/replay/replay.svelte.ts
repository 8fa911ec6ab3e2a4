/** A replay: recorded iterations that travel inside of this file. */

import type { ReplayDocument } from "../api/types";
import { nearest } from "../model/metrics";
import { holds } from "../model/selection";
import { Viewer } from "../state/viewer.svelte";
import { FileSource } from "./fileSource";
import { writeReplayPlace, type ReplayPlace } from "./replayPlace";

const QUIET_MILLISECONDS = 250;
/** Elsewhere, in a notebook's frame for example, the address is not the file's own. */
const OWN_ADDRESS = new Set(["file:", "http:", "https:"]);

export class Replay extends Viewer {
  readonly recorded: readonly number[];
  readonly #source: FileSource;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly document: ReplayDocument) {
    super();
    this.flow.canTime = false;
    this.#source = new FileSource(document);
    this.recorded = document.frames.map(({ iteration }) => iteration);
    if (document.metrics !== null) this.curves.replace(document.metrics);
    for (const notice of document.notices) this.notices.warn(notice);
  }

  get hasCurves(): boolean {
    return this.curves.metrics.iteration.length > 1;
  }

  get place(): ReplayPlace {
    return {
      iteration: this.tape.iteration,
      event: this.playhead.position,
      selection: this.selection.chosen,
    };
  }

  /** Goes to a place; what it leaves open is the start of the last iteration. */
  goTo({ iteration, event, selection }: ReplayPlace): Promise<void> {
    return this.attempt(async () => {
      const last = this.recorded.at(-1) ?? 0;
      const wanted = nearest(this.recorded, iteration ?? last);
      if (wanted !== null && wanted !== this.tape.iteration) await this.#show(wanted);
      this.playhead.scrubTo(event ?? 0);
      const structure = this.tape.current?.structure;
      const isHeld = structure !== undefined && selection !== null && holds(structure, selection);
      this.selection.choose(isHeld ? selection : null);
    });
  }

  travel(iteration: number): Promise<void> {
    if (iteration === this.tape.iteration) return Promise.resolve();
    return this.attempt(() => this.#show(iteration));
  }

  /** Keeps the address at the place, once that has been quiet: browsers limit how often. */
  settleAddress(place: ReplayPlace): void {
    clearTimeout(this.#timer);
    if (place.iteration === null || !OWN_ADDRESS.has(location.protocol)) return;
    const fragment = writeReplayPlace(place);
    this.#timer = setTimeout(() => history.replaceState(null, "", fragment), QUIET_MILLISECONDS);
  }

  #show(iteration: number): Promise<void> {
    return this.show(this.#source, iteration);
  }
}
