/** A run beside the one on the stage. It is asked now and then: a browser has few connections. */

import * as client from "../api/client";
import { ApiError } from "../api/errors";
import type { Command, Metrics, SessionPhase, SessionState as SessionSummary } from "../api/types";
import { appendMetrics, NO_METRICS } from "../model/metrics";
import { boundMetrics } from "../model/metricThinning";
import type { RunCommand } from "../model/runLength";
import { withDefaultWiringLeftOut, type Spec } from "../model/spec";

/** What a run is called and drawn as, whether it is on the stage or beside it. */
export interface RunLook {
  /** By the person; null: by what differs. */
  given: string | null;
  /** Of its color, from 0. */
  slot: number;
}

/** What a run has besides its length. */
export type RunLike = Partial<Pick<RunCommand, "record_every" | "until">>;

export class Companion {
  readonly id: string;
  readonly spec: Spec;
  look: RunLook = $state.raw({ given: null, slot: 0 });
  metrics = $state.raw<Metrics>(NO_METRICS);
  iteration = $state(0);
  phase = $state<SessionPhase>("ready");
  /** Someone deleted it. */
  isGone = $state(false);
  /** What was asked for before the latest command no longer counts. */
  #commands = 0;

  constructor(id: string, spec: Spec, look: RunLook) {
    this.id = id;
    this.spec = withDefaultWiringLeftOut(spec);
    this.look = look;
  }

  static of(summary: SessionSummary, look: RunLook): Companion {
    const companion = new Companion(summary.id, summary.spec as unknown as Spec, look);
    companion.#refresh(summary);
    return companion;
  }

  /** Whether asking it again can tell anything new. */
  get isAtWork(): boolean {
    return !this.isGone && this.phase !== "ready" && this.phase !== "failed";
  }

  /** Takes over what was trained since it was last asked. */
  async ask(): Promise<void> {
    try {
      const before = this.#commands;
      const since = (this.metrics.iteration.at(-1) ?? -1) + 1;
      // First the state: what has been trained until then is in the metrics asked for after it.
      const summary = await client.fetchSession(this.id);
      const added = await client.fetchMetrics(this.id, { since });
      if (before !== this.#commands) return;
      this.metrics = boundMetrics(appendMetrics(this.metrics, added));
      this.#refresh(summary);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // Whatever else went wrong is told by the run on the stage, whose stream breaks too.
      this.isGone = error.code === "unknown_session";
    }
  }

  /** Trains until so many iterations are done; a run that is there already stands still. */
  async trainTo(target: number, { record_every, until }: RunLike = {}): Promise<void> {
    const iterations = target - this.iteration;
    if (iterations <= 0) return;
    const given = {
      ...(record_every != null && { record_every }),
      ...(until != null && { until }),
    };
    await this.#command({ kind: "run", iterations, ...given });
  }

  async pause(): Promise<void> {
    if (this.isAtWork) await this.#command({ kind: "pause" });
  }

  /** Back to iteration 0, which is recorded again. */
  async reset(): Promise<void> {
    await this.#command({ kind: "reset" }, { kind: "record" });
    this.metrics = NO_METRICS;
  }

  async #command(...commands: Command[]): Promise<void> {
    this.phase = "running";
    for (const command of commands) await client.sendCommand(this.id, command);
    this.#commands += 1;
    // An answer from before the command may have said otherwise.
    this.phase = "running";
  }

  #refresh(summary: SessionSummary): void {
    this.iteration = summary.iteration;
    this.phase = summary.phase;
  }
}
