/** What is wrong with the session's run, asked anew as it goes on. */

import { fetchDiagnosis } from "../api/client";
import { describeFailure, isAbort } from "../api/errors";
import type { Finding, SessionPhase } from "../api/types";
import { Latest } from "./latest";

/** Between two questions while it trains: training waits for each answer. */
const REST_MS = 2_000;

/** What an answer depends on; it is asked again when one of these is another. */
export interface Watched {
  id: string | null;
  phase: SessionPhase;
  iteration: number;
  recorded: readonly number[];
}

export class DiagnosisState {
  /** Causes first; null before the first answer. */
  findings = $state.raw<readonly Finding[] | null>(null);
  failure = $state<string | null>(null);
  readonly #latest = new Latest<Watched>();
  #id: string | null = null;
  #asking = new AbortController();
  #endRest: () => void = () => undefined;

  /** Looks at a session as it is now. While it trains, only where the diagnosis is shown. */
  watch(session: Watched, isShown: boolean): void {
    if (session.id !== this.#id) this.#begin(session.id);
    if (session.id === null || (session.phase === "running" && !isShown)) return;
    if (session.phase !== "running") this.#endRest();
    void this.#latest.work(session, (newest) => this.#look(newest));
  }

  async #look({ id, phase }: Watched): Promise<void> {
    if (id === null || id !== this.#id) return;
    try {
      this.findings = await fetchDiagnosis(id, this.#asking.signal);
      this.failure = null;
    } catch (error) {
      if (isAbort(error)) return;
      this.failure = describeFailure(error);
    }
    if (phase === "running") await this.#rest();
  }

  #begin(id: string | null): void {
    this.#asking.abort();
    this.#asking = new AbortController();
    this.#endRest();
    this.#id = id;
    this.findings = null;
    this.failure = null;
  }

  #rest(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, REST_MS);
      this.#endRest = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
