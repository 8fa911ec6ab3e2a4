/** The session on the server: what it is, what it does, and its stream of events. */

import { fetchSession, sendCommand } from "../api/client";
import { ApiError, readProblems } from "../api/errors";
import { EventStream } from "../api/events";
import type {
  Command,
  Intervention,
  LoggedEvent,
  SessionEvent,
  SessionPhase,
  SessionState as SessionSummary,
} from "../api/types";
import { RateMeter } from "../model/rate";
import { RunProgress } from "./runProgress.svelte";

export type Recorded = Extract<SessionEvent, { kind: "recorded" }>;

interface Waiter {
  after: number;
  wanted: (event: Recorded) => boolean;
  resolve: (event: Recorded) => void;
  reject: (error: unknown) => void;
}

/** Waits until something has been recorded, or nothing is under way any more. */
interface Rester {
  resolve: () => void;
  reject: (error: unknown) => void;
}

const RECENT_EVENTS = 64;

export class SessionState {
  id = $state<string | null>(null);
  name = $state("");
  device = $state("");
  parameters = $state(0);
  phase = $state<SessionPhase>("ready");
  /** The number that the next iteration gets. */
  iteration = $state(0);
  recorded = $state.raw<number[]>([]);
  /** In force: the next iteration runs with them. */
  interventions = $state.raw<readonly Intervention[]>([]);
  connected = $state(true);
  /** Someone deleted the session; what is shown of it stays. */
  deleted = $state(false);
  iterationsPerSecond = $state<number | null>(null);
  iterationsPerEpoch = $state(1);
  readonly progress = new RunProgress();
  #stream: EventStream | null = null;
  #recent: LoggedEvent[] = [];
  #waiters: Waiter[] = [];
  #resters: Rester[] = [];
  #rate = new RateMeter();

  constructor(private readonly onEvent: (event: SessionEvent) => void) {}

  /** Follows another session from now on. */
  follow(summary: SessionSummary): void {
    this.leave();
    this.id = summary.id;
    this.name = summary.name;
    this.device = summary.device;
    this.parameters = summary.parameters;
    this.iterationsPerEpoch = summary.iterations_per_epoch;
    this.refresh(summary);
    this.#stream = new EventStream(summary.id, summary.sequence, {
      onEvent: (logged) => this.#receive(logged),
      onConnected: () => (this.connected = true),
      onLost: () => (this.connected = false),
      mayReconnect: () => this.#stillExists(summary.id),
    });
  }

  /** Takes over the state as the server tells it. */
  refresh(summary: SessionSummary): void {
    this.phase = summary.phase;
    this.iteration = summary.iteration;
    this.recorded = summary.iterations_recorded;
    this.interventions = summary.interventions;
    this.#wakeResters();
  }

  leave(): void {
    this.#stream?.stop();
    this.#stream = null;
    this.#recent = [];
    this.#rate.clear();
    this.progress.clear();
    this.iterationsPerSecond = null;
    this.connected = true;
    this.deleted = false;
    const gone = new DOMException("The session was left.", "AbortError");
    for (const waiter of [...this.#waiters.splice(0), ...this.#resters.splice(0)])
      waiter.reject(gone);
  }

  /** Sends commands one after the other; returns the sequence number of the last one. */
  async send(...commands: Command[]): Promise<number> {
    const id = this.id;
    if (id === null) throw new Error("There is no session to send a command to.");
    let sequence = 0;
    for (const command of commands) sequence = (await sendCommand(id, command)).sequence;
    return sequence;
  }

  /** The recording that a command sent under `sequence` leads to; rejects if the command fails. */
  recordedAfter(
    sequence: number,
    wanted: (event: Recorded) => boolean,
    signal?: AbortSignal,
  ): Promise<Recorded> {
    return new Promise((resolve, reject) => {
      const waiter = { after: sequence, wanted, resolve, reject };
      this.#waiters.push(waiter);
      signal?.addEventListener("abort", () => {
        this.#waiters = this.#waiters.filter((each) => each !== waiter);
        reject(new DOMException("Cancelled.", "AbortError"));
      });
      // The event may have overtaken the answer to the command.
      for (const logged of this.#recent) this.#settle(logged);
    });
  }

  /** The latest recorded iteration; waits for one that is under way. None if none is. */
  async lastRecorded(): Promise<number | null> {
    if (this.#mayRecord)
      await new Promise<void>((resolve, reject) => this.#resters.push({ resolve, reject }));
    return this.recorded.at(-1) ?? null;
  }

  /** Commands are under way, one of which may record the first iteration. */
  get #mayRecord(): boolean {
    const isBusy = this.phase === "running" || this.phase === "restoring";
    return isBusy && this.recorded.length === 0;
  }

  /** Whether the stream broke for other reasons than that the session was deleted. */
  async #stillExists(id: string): Promise<boolean> {
    try {
      this.refresh(await fetchSession(id));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.deleted = error.code === "unknown_session";
    }
    return !this.deleted;
  }

  #receive(logged: LoggedEvent): void {
    this.#recent = [...this.#recent, logged].slice(-RECENT_EVENTS);
    this.#apply(logged.event);
    this.#settle(logged);
    this.onEvent(logged.event);
  }

  #apply(event: SessionEvent): void {
    switch (event.kind) {
      case "state":
        this.phase = event.phase;
        this.iteration = event.iteration;
        this.recorded = event.iterations_recorded;
        this.interventions = event.interventions;
        if (event.phase !== "running") this.#rest();
        break;
      case "metrics":
        this.#count(event.columns.iteration.at(-1));
        break;
      case "recorded":
        this.#addRecorded(event.iteration);
        break;
      case "restored":
        this.iteration = event.iteration;
        this.#rate.clear();
        break;
      case "accepted":
        this.progress.accept(event.command, this.iteration, this.iterationsPerEpoch);
        break;
      case "failed":
      case "progress":
      case "resync":
        break;
    }
    this.iterationsPerSecond = this.#rate.perSecond;
    this.#wakeResters();
  }

  #wakeResters(): void {
    if (!this.#mayRecord) for (const rester of this.#resters.splice(0)) rester.resolve();
  }

  #rest(): void {
    this.#rate.clear();
    this.progress.clear();
  }

  #count(last: number | undefined): void {
    if (last === undefined) return;
    this.iteration = last + 1;
    if (this.phase === "running") this.#rate.add(performance.now(), last);
  }

  #addRecorded(iteration: number): void {
    const others = this.recorded.filter((each) => each !== iteration);
    this.recorded = [...others, iteration].sort((left, right) => left - right);
    this.iteration = Math.max(this.iteration, iteration + 1);
  }

  #settle({ sequence, event }: LoggedEvent): void {
    if (event.kind !== "recorded" && event.kind !== "failed") return;
    for (const waiter of [...this.#waiters]) {
      if (sequence <= waiter.after) continue;
      if (event.kind === "failed") waiter.reject(toError(event.error));
      else if (waiter.wanted(event)) waiter.resolve(event);
      else continue;
      this.#waiters = this.#waiters.filter((each) => each !== waiter);
    }
  }
}

export function toError(raw: unknown): ApiError {
  const [first, ...others] = readProblems(raw);
  const unexplained = { code: "error", path: null, message: "The session could not do this." };
  return new ApiError(0, [first ?? unexplained, ...others]);
}
