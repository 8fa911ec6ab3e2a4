/** Looking at a session: its recorded iterations and its metrics, as its events tell of them. */

import * as client from "../api/client";
import type { Problem } from "../api/errors";
import type { SessionEvent, SessionState as SessionSummary } from "../api/types";
import { nearest, NO_METRICS } from "../model/metrics";
import type { Place } from "../model/permalink";
import { proportionalPlace } from "../model/playback";
import type { Spec } from "../model/spec";
import { FunctionPictureState } from "./functionPicture.svelte";
import { ImageMapsState } from "./imageMaps.svelte";
import { LandscapeState } from "./landscape.svelte";
import { Latest } from "./latest";
import { SessionState, toError } from "./session.svelte";
import { SessionSource } from "./sessionSource";
import { TrainingState } from "./training.svelte";
import { Viewer, type PlayheadRule } from "./viewer.svelte";

/** Between two iterations that the stage shows while it goes along with training. */
const FOLLOW_MILLISECONDS = 100;

export interface Adoption {
  /** Where to stand; else at the start of the latest recorded iteration. */
  place?: Place | null;
  /** The recording of the session's first iteration is under way. */
  isNew?: boolean;
  /** The edit that the session was opened for, as it was sent. */
  edited?: Spec | null;
}

export abstract class SessionViewer extends Viewer {
  readonly training = new TrainingState();
  readonly functionPicture = new FunctionPictureState();
  readonly imageMaps = new ImageMapsState();
  readonly landscape = new LandscapeState();
  readonly session = new SessionState((event) => this.#hear(event));
  readonly #followed = new Latest<number>(FOLLOW_MILLISECONDS);

  get recorded(): readonly number[] {
    return this.session.recorded;
  }

  /** The stage shows what can be run of a wrong network: the session can do nothing with that. */
  get isAside(): boolean {
    return this.tape.part !== null;
  }

  /** There is a session, and what the stage shows is its network. */
  get canRun(): boolean {
    return this.session.id !== null && !this.isAside;
  }

  /** A session is to be shown: takes over its spec; all else is still the one before. */
  protected abstract meet(summary: SessionSummary, adoption: Adoption): void;

  /** Hyperparameters that were set have been refused. */
  protected abstract takeBack(problems: readonly Problem[]): void;

  protected get sessionId(): string {
    if (this.session.id === null) throw new Error("No session is open.");
    return this.session.id;
  }

  protected get source(): SessionSource {
    return new SessionSource(this.sessionId);
  }

  protected showIteration(iteration: number, rule?: PlayheadRule): Promise<void> {
    return this.show(this.source, iteration, rule);
  }

  /** Makes a session the one that is shown. */
  protected async adopt(summary: SessionSummary, adoption: Adoption): Promise<void> {
    const { place = null, isNew = false, edited = null } = adoption;
    const { position, total } = this.tape.part?.stood ?? this.playhead;
    this.playhead.pause();
    this.training.followed = false;
    this.numbers.clear();
    this.meet(summary, adoption);
    this.session.follow(summary);
    this.landscape.leave(summary.id);
    this.curves.replace(isNew ? NO_METRICS : await client.fetchMetrics(summary.id));
    const iteration = await this.#iterationToShow(summary, place, isNew);
    await this.showIteration(iteration, place?.event ?? "start");
    if (edited !== null)
      this.playhead.moveTo(proportionalPlace(position, total, this.playhead.total));
  }

  async #iterationToShow(
    { iterations_recorded: recorded }: SessionSummary,
    place: Place | null,
    isNew: boolean,
  ): Promise<number> {
    const last = recorded.at(-1);
    if (last !== undefined) return nearest(recorded, place?.iteration ?? last) ?? last;
    // It may be opened, or the page reloaded, while its first recording is under way.
    const first = isNew ? null : await this.session.lastRecorded();
    if (first !== null) return first;
    const sequence = isNew ? 0 : await this.session.send({ kind: "record" });
    return (await this.session.recordedAfter(sequence, () => true)).iteration;
  }

  #hear(event: SessionEvent): void {
    switch (event.kind) {
      case "metrics":
        this.curves.append(event.columns);
        break;
      case "recorded":
        this.layers.forgetFrom(event.iteration);
        if (this.#follows) void this.attempt(() => this.#follow(event.iteration));
        break;
      case "failed": {
        const error = toError(event.error);
        if (event.command === "set") this.takeBack(error.problems);
        else this.notices.fail(error.message);
        break;
      }
      case "progress":
        this.landscape.hear(event);
        break;
      case "restored":
        this.landscape.lose();
        this.curves.cutAt(event.iteration);
        this.notices.warn(
          `The session's process ended (${event.reason}). Training goes on from iteration ` +
            `${event.iteration}; ${event.lost_iterations} iterations are run again.`,
        );
        break;
      case "resync":
        void this.attempt(() => this.#resync());
        break;
      case "accepted":
      case "state":
        break;
    }
  }

  /** Whether the stage goes along with training. */
  get #follows(): boolean {
    return this.training.followed && !this.isAside;
  }

  /** Shows iterations as training records them; those that come too fast are passed over. */
  #follow(iteration: number): Promise<void> {
    return this.#followed.work(iteration, async (next) => {
      if (this.#follows) await this.showIteration(next);
    });
  }

  /** Events were missed: state, metrics and tape are fetched anew. */
  async #resync(): Promise<void> {
    const summary = await client.fetchSession(this.sessionId);
    this.session.refresh(summary);
    this.curves.replace(await client.fetchMetrics(summary.id));
    if (this.isAside) return;
    const last = summary.iterations_recorded.at(-1);
    const shown = this.tape.iteration;
    const isKept = shown !== null && summary.iterations_recorded.includes(shown);
    if (last !== undefined) await this.showIteration(isKept ? shown : last);
  }
}
