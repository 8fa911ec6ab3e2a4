/** What the layers of recorded iterations gave: fetched in portions, kept while it is wanted. */

import { describeFailure, isAbort } from "../api/errors";
import type { IterationLayers } from "../api/types";
import type { TapeSource } from "./tapeSource";

/** Iterations in one request: each may have to be recorded again, and training waits meanwhile. */
const PORTION = 12;
/** Iterations kept beyond what is wanted now; of a deep network each is some 20 kB. */
const MOST_KEPT = 120;

export class LayersState {
  /** Of the iterations that were asked for last and have arrived, rising. */
  history = $state.raw<readonly IterationLayers[]>([]);
  failure = $state<string | null>(null);
  #known: IterationLayers[] = [];
  #source = "";
  #wanted: readonly number[] = [];
  #asked: readonly number[] = [];
  #fetching = new AbortController();

  /** Shows these iterations of a source, once what is missing of them has come. */
  async follow(source: TapeSource, iterations: readonly number[]): Promise<void> {
    const { readLayers } = source;
    if (readLayers === undefined) return;
    if (source.key !== this.#source) this.#clear(source.key);
    this.#wanted = iterations;
    this.#publish();
    if (this.#asked.length > 0) return; // whoever waits for the answer goes on with what is wanted
    await this.#fetchMissing(readLayers.bind(source));
  }

  /** An iteration was recorded anew: it and all later ones belong to another past. */
  forgetFrom(iteration: number): void {
    this.#known = this.#known.filter((known) => known.iteration < iteration);
    if (this.#asked.some((asked) => asked >= iteration)) this.#stop();
    this.#publish();
  }

  async #fetchMissing(readLayers: NonNullable<TapeSource["readLayers"]>): Promise<void> {
    const { signal } = this.#fetching;
    for (let missing = this.#missing(); missing.length > 0; missing = this.#missing()) {
      this.#asked = missing;
      try {
        this.#known.push(...(await readLayers(missing, signal)));
        this.failure = null;
      } catch (error) {
        if (isAbort(error)) return;
        this.failure = describeFailure(error);
        break; // what is recorded has changed meanwhile: asked again when that is known
      }
      this.#publish();
    }
    this.#asked = [];
  }

  #missing(): number[] {
    return this.#wanted.filter((each) => this.#find(each) === undefined).slice(0, PORTION);
  }

  #publish(): void {
    const rows = this.#wanted.flatMap((each) => this.#find(each) ?? []);
    if (this.#known.length > MOST_KEPT) this.#known = [...rows];
    this.history = rows;
  }

  #find(iteration: number): IterationLayers | undefined {
    return this.#known.find((known) => known.iteration === iteration);
  }

  #clear(source: string): void {
    this.#stop();
    this.#source = source;
    this.#known = [];
    this.failure = null;
  }

  #stop(): void {
    this.#fetching.abort();
    this.#fetching = new AbortController();
    this.#asked = [];
  }
}
