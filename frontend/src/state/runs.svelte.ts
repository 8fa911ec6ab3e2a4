/** Up to six runs side by side: the one on the stage, and its companions. */

import * as client from "../api/client";
import type { JsonObject } from "../api/client";
import { ApiError } from "../api/errors";
import type { SessionState as SessionSummary } from "../api/types";
import type { ChartRun } from "../model/chartLines";
import type { Spec } from "../model/spec";
import { differences, runNames, type Difference } from "../model/specDifference";
import { Companion, type RunLike, type RunLook } from "./companion.svelte";
import type { CurvesState } from "./curves.svelte";
import type { NoticesState } from "./notices.svelte";
import type { RecipeState } from "./recipe.svelte";
import { RunClocks } from "./runClocks";
import { RunMemory } from "./runMemory";
import type { SessionState } from "./session.svelte";
import type { TrainingState } from "./training.svelte";

export const MOST_RUNS = 6;
const ASK_MILLISECONDS = 250;

/** The run on the stage, and what it takes to put another one there. */
export interface MainRun {
  readonly session: SessionState;
  readonly curves: CurvesState;
  readonly recipe: RecipeState;
  readonly training: TrainingState;
  readonly notices: NoticesState;
  attempt(work: () => Promise<void>): Promise<void>;
  showRun(summary: SessionSummary, iteration: number | null): Promise<void>;
}

/** One of the runs, wherever it stands. */
export interface Run {
  id: string;
  isMain: boolean;
  name: string;
  color: string;
  companion: Companion | null;
}

export class RunsState {
  companions = $state.raw<readonly Companion[]>([]);
  /** Training, pausing and starting over are for all runs. */
  lockstep = $state(true);
  #look = $state.raw<RunLook>({ given: null, slot: 0 });
  /** For how long each has trained while this page looked on, by id. */
  seconds = $state.raw<Readonly<Record<string, number>>>({});
  readonly #clocks = new RunClocks();
  #mainId: string | null = null;
  #isAsking = false;

  constructor(
    private readonly main: MainRun,
    private readonly memory = new RunMemory(),
  ) {}

  /** All of them, in the order in which they came. */
  get all(): Run[] {
    const specs = [this.#spec, ...this.companions.map(({ spec }) => spec)];
    const looks = [this.#look, ...this.companions.map(({ look }) => look)];
    const names = runNames(
      specs,
      looks.map(({ given }) => given),
    );
    const runs = looks.map(({ slot }, index) => ({
      id: index === 0 ? (this.main.session.id ?? "") : (this.companions[index - 1]?.id ?? ""),
      isMain: index === 0,
      name: names[index] ?? "",
      color: `--curve-${slot + 1}`,
      slot,
      companion: this.companions[index - 1] ?? null,
    }));
    return runs.sort((left, right) => left.slot - right.slot);
  }

  /** In what they differ; the values stand in the order of `all`. */
  get differences(): Difference[] {
    return differences(this.all.map(({ companion }) => companion?.spec ?? this.#spec));
  }

  /** Whether one beside the run on the stage is still training with it. */
  get isAtWork(): boolean {
    return this.lockstep && this.companions.some(({ isAtWork }) => isAtWork);
  }

  get isFull(): boolean {
    return this.companions.length >= MOST_RUNS - 1;
  }

  // As the curves draw them

  get ownName(): string {
    return this.all.find(({ isMain }) => isMain)?.name ?? "";
  }

  get ownColor(): string {
    return `--curve-${this.#look.slot + 1}`;
  }

  get compared(): ChartRun[] {
    return this.all.flatMap(({ name, color, companion }) =>
      companion === null ? [] : [{ name, color, metrics: companion.metrics }],
    );
  }

  // What a person does

  /** The same spec once more, or a variation of it, trained as far as this run is. */
  add(spec: Spec, given: string | null = null): Promise<void> {
    return this.main.attempt(async () => {
      await this.#open(spec, given);
    });
  }

  /** Tries a changed spec beside this run, for as many iterations. */
  tryInCopy(spec: Spec, label: string): Promise<void> {
    return this.main.attempt(async () => {
      if (!(await this.#open(spec, label))) return;
      this.main.notices.inform(`"${label}" is tried beside this run: see Runs, and the curves.`);
    });
  }

  /** Goes on from an iteration of this run in a run of its own; this one stays beside it. */
  branch(iteration: number): Promise<void> {
    return this.main.attempt(async () => {
      const { id } = this.main.session;
      if (id === null || !this.#hasRoom()) return;
      const summary = await client.openSession({ branch: { session: id, iteration } });
      this.#keep(Companion.of(summary, this.#newLook(`branch at ${iteration}`)));
      await this.main.showRun(summary, iteration);
    });
  }

  /** Puts a run on the stage; the one that was there stays beside it. */
  show(id: string, iteration: number | null): Promise<void> {
    return this.main.attempt(async () => {
      await this.main.showRun(await client.fetchSession(id), iteration);
    });
  }

  rename(id: string, name: string): void {
    const given = name.trim() === "" ? null : name.trim();
    const companion = this.companions.find((each) => each.id === id);
    if (companion === undefined) this.#look = { ...this.#look, given };
    else companion.look = { ...companion.look, given };
    this.#remember();
  }

  /** Ends a run beside this one for good. */
  remove(id: string): Promise<void> {
    this.#setCompanions(this.companions.filter((each) => each.id !== id));
    return this.main.attempt(async () => {
      try {
        await client.deleteSession(id);
      } catch (error) {
        if (!(error instanceof ApiError) || error.code !== "unknown_session") throw error;
      }
    });
  }

  // In lockstep with the run on the stage

  /** Up to the same iteration; `command` is what the run on the stage was told. */
  trainTo(target: number, command: RunLike = {}): Promise<void> {
    return this.#tell((companion) => companion.trainTo(target, command));
  }

  pause(): Promise<void> {
    return this.#tell((companion) => companion.pause());
  }

  reset(): Promise<void> {
    return this.#tell((companion) => companion.reset());
  }

  // Which run is on the stage

  /**
   * Another session comes onto the stage; called while all else is still the one before.
   *
   * Args:
   *   replaces: it is what an edit made of the one before, which is gone.
   */
  meet(id: string, replaces: boolean): void {
    const before = this.#mainId;
    this.#mainId = id;
    if (before === id || before === null || replaces) {
      if (before === null) this.#recall(id);
      else this.#remember();
    } else if (this.companions.some((each) => each.id === id)) this.#swap(before, id);
    else this.#recall(id);
  }

  #swap(before: string, id: string): void {
    const { curves, session } = this.main;
    const stayed = new Companion(before, this.#spec, this.#look);
    stayed.metrics = curves.metrics;
    stayed.iteration = session.iteration;
    // What it told last may be on its way to the curves: it is asked once more.
    stayed.phase = "restoring";
    const shown = this.companions.find((each) => each.id === id);
    if (shown !== undefined) this.#look = shown.look;
    this.#setCompanions(this.companions.map((each) => (each.id === id ? stayed : each)));
    this.#ask();
  }

  /** A session from a link, the history or an example: with the runs that stood beside it. */
  #recall(id: string): void {
    const remembered = this.memory.readWith(id);
    const own = remembered.find((run) => run.id === id);
    this.#look = { given: own?.given ?? null, slot: own?.slot ?? 0 };
    this.companions = [];
    const others = remembered.filter((run) => run.id !== id).slice(0, MOST_RUNS - 1);
    for (const { id: other, ...look } of others) void this.#bringBack(id, other, look);
  }

  async #bringBack(mainId: string, id: string, look: RunLook): Promise<void> {
    await this.main.attempt(async () => {
      try {
        const companion = Companion.of(await client.fetchSession(id), look);
        await companion.ask();
        if (this.#mainId === mainId) this.#keep(companion);
      } catch (error) {
        // It was deleted meanwhile: then there is one less.
        if (!(error instanceof ApiError) || error.code !== "unknown_session") throw error;
      }
    });
  }

  /** Whether there was room for it. */
  async #open(spec: Spec, given: string | null): Promise<boolean> {
    if (!this.#hasRoom()) return false;
    const summary = await client.openSession({ spec: spec as unknown as JsonObject });
    const companion = Companion.of(summary, this.#newLook(given));
    this.#keep(companion);
    const { session, training } = this.main;
    const record_every = training.recordEvery;
    await companion.trainTo(Math.max(1, session.iteration), { record_every });
    this.#ask();
    return true;
  }

  #hasRoom(): boolean {
    if (this.isFull) {
      this.main.notices.inform(`No more than ${MOST_RUNS} runs side by side: remove one first.`);
    }
    return !this.isFull;
  }

  #newLook(given: string | null): RunLook {
    const taken = [this.#look.slot, ...this.companions.map(({ look }) => look.slot)];
    let slot = 0;
    while (taken.includes(slot)) slot += 1;
    return { given, slot };
  }

  #keep(companion: Companion): void {
    this.#setCompanions([...this.companions, companion]);
    this.#ask();
  }

  #setCompanions(companions: readonly Companion[]): void {
    this.companions = companions;
    this.#remember();
  }

  #remember(): void {
    if (this.#mainId === null) return;
    const others = this.companions.map(({ id, look }) => ({ id, ...look }));
    this.memory.write([{ id: this.#mainId, ...this.#look }, ...others]);
  }

  async #tell(command: (companion: Companion) => Promise<void>): Promise<void> {
    if (this.lockstep) await Promise.all(this.companions.map(command));
    this.#ask();
  }

  /** Asks those that are at work, one after the other, until none is. */
  #ask(): void {
    if (this.#isAsking) return;
    this.#isAsking = true;
    void this.main.attempt(() => this.#askInTurn());
  }

  async #askInTurn(): Promise<void> {
    try {
      while (this.#tellTime() || this.companions.some(({ isAtWork }) => isAtWork)) {
        for (const companion of this.companions) if (companion.isAtWork) await companion.ask();
        this.#dropDeleted();
        await new Promise((resolve) => setTimeout(resolve, ASK_MILLISECONDS));
      }
    } finally {
      // At once: whoever begins work in the next moment has to find that nobody asks any more.
      this.#isAsking = false;
    }
  }

  #dropDeleted(): void {
    const there = this.companions.filter(({ isGone }) => !isGone);
    if (there.length < this.companions.length) this.#setCompanions(there);
  }

  /** Whether the run on the stage is at work; and the time goes on for those that are. */
  #tellTime(): boolean {
    const isMainAtWork = this.main.session.phase === "running";
    const main = { id: this.#mainId ?? "", isAtWork: isMainAtWork };
    this.seconds = this.#clocks.tell([main, ...this.companions], performance.now());
    return isMainAtWork;
  }

  get #spec(): Spec {
    return this.main.recipe.applied ?? EMPTY_SPEC;
  }
}

/** Until the first session is there. */
const EMPTY_SPEC: Spec = {
  name: "",
  seed: 0,
  device: "",
  dtype: "",
  data: { kind: "" },
  network: { layers: [] },
  loss: { kind: "" },
  optimizer: { kind: "" },
  batch_size: null,
};
