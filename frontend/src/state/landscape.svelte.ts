/** The loss landscape of a session: asked for, on its way, shown. */

import { beginLandscape, dropLandscape, fetchLandscape } from "../api/client";
import { ApiError, describeFailure, isAbort } from "../api/errors";
import type { LandscapeRequest, SessionEvent } from "../api/types";
import { toGrid, type LandscapeGrid } from "../model/landscape";
import { PacedAsking } from "./pacedAsking";

export type LandscapeKind = LandscapeRequest["kind"];
export type Progress = Extract<SessionEvent, { kind: "progress" }>;

/** The path grows while the network trains; it is read anew this often at most. */
const PATH_MILLISECONDS = 1_000;

export class LandscapeState {
  grid = $state.raw<LandscapeGrid | null>(null);
  /** Of the one that is shown: in its middle are the parameters before this iteration. */
  iteration = $state(0);
  samples = $state(0);
  /** Null where none is under way. */
  progress = $state.raw<{ done: number; of: number } | null>(null);
  failure = $state<string | null>(null);
  kind = $state<LandscapeKind>("path");
  seed = $state(0);
  /** The two numbers, as they are written: `fc1.weight[0, 0]`. */
  numbers = $state({ x: "", y: "" });
  logarithmic = $state(true);
  #session: string | null = null;
  #id: string | null = null;
  #askingPath: PacedAsking | null = null;

  /** Another session is shown: what there was belongs to the one before. */
  leave(session: string): void {
    this.#askingPath?.stop();
    this.#session = session;
    this.#id = this.grid = this.progress = this.failure = null;
    this.numbers = { x: "", y: "" };
  }

  async begin(request: LandscapeRequest): Promise<void> {
    const session = this.#session;
    if (session === null) return;
    this.failure = null;
    this.progress = { done: 0, of: 1 };
    try {
      const { id, done, of } = await beginLandscape(session, request);
      if (session !== this.#session) return;
      this.#id = id;
      this.progress = { done, of };
      // It may have been done before its id was known here.
      await this.#read(session);
    } catch (error) {
      this.#fail(session, error);
    }
  }

  async cancel(): Promise<void> {
    const [session, id] = [this.#session, this.#id];
    this.progress = this.#id = null;
    if (session === null || id === null) return;
    try {
      await dropLandscape(session, id);
    } catch (error) {
      // It has ended by itself meanwhile.
      if (!(error instanceof ApiError)) throw error;
    }
  }

  /** The session tells how far it has come. */
  hear({ job, phase, done, of }: Progress): void {
    const session = this.#session;
    if (job !== this.#id || session === null) return;
    if (phase === "running") this.progress = { done, of };
    else void this.#read(session).catch((error: unknown) => this.#fail(session, error));
  }

  /** The session's process has ended, and with it what it had in memory. */
  lose(): void {
    if (this.progress !== null) {
      this.failure = "The session's process ended, and the landscape with it. Compute it again.";
    }
    this.#askingPath?.stop();
    this.progress = this.#id = null;
  }

  /** More iterations have been recorded. */
  refreshPath(): void {
    if (this.grid !== null && this.#id !== null) this.#askingPath?.want();
  }

  async #read(session: string): Promise<void> {
    const id = this.#id;
    if (id === null) return;
    const told = await fetchLandscape(session, id);
    if (id !== this.#id || told.phase === "running") return;
    this.progress = null;
    if (told.error != null) this.failure = String(told.error.message);
    if (told.phase !== "done") return;
    this.grid = toGrid(told);
    this.iteration = told.iteration;
    this.samples = told.samples;
    this.#askingPath?.stop();
    this.#askingPath = new PacedAsking(() => this.#readPath(session, id), PATH_MILLISECONDS);
  }

  async #readPath(session: string, id: string): Promise<number> {
    try {
      const told = await fetchLandscape(session, id);
      if (id === this.#id) this.grid = toGrid(told);
    } catch (error) {
      // What is shown stays: a newer one, or none, will take its place.
      if (!(error instanceof ApiError)) throw error;
    }
    return 0;
  }

  #fail(session: string, error: unknown): void {
    if (session !== this.#session || isAbort(error)) return;
    this.progress = null;
    this.failure = describeFailure(error);
  }
}
