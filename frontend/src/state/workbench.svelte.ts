/** The workbench: its states, and what a person can do that involves more than one of them. */

import * as client from "../api/client";
import type { Command, Example, Intervention, SessionState as SessionSummary } from "../api/types";
import { renameFile } from "../model/exports";
import { nearest } from "../model/metrics";
import { readNumber } from "../model/fieldText";
import type { Place } from "../model/permalink";
import { endOfRun, type RunCommand } from "../model/runLength";
import { ActivityState } from "./activity.svelte";
import { DiagnosisState } from "./diagnosis.svelte";
import { download } from "./download";
import { openRecording, type Opening } from "./opening";
import { RunsState } from "./runs.svelte";
import { RecipeViewer } from "./recipeViewer.svelte";
import type { Adoption } from "./sessionViewer.svelte";
import { WhatIfState } from "./whatIf.svelte";

export class Workbench extends RecipeViewer {
  readonly diagnosis = new DiagnosisState();
  /** Beside other work: an export neither cancels a recording nor is cancelled by one. */
  readonly exporting = new ActivityState();
  readonly whatIf = new WhatIfState();
  /** This run and others beside it. */
  readonly runs: RunsState = new RunsState({
    session: this.session,
    curves: this.curves,
    recipe: this.recipe,
    training: this.training,
    notices: this.notices,
    attempt: (work) => this.attempt(work),
    showRun: (summary, iteration) => this.#showRun(summary, iteration),
  });
  examples = $state.raw<Example[]>([]);

  constructor() {
    super();
    this.curves.beside = this.runs;
  }

  /** Shows what the first requests have opened. */
  start(place: Place, opening: Promise<Opening>): Promise<void> {
    void this.#loadCatalog();
    return this.attempt(async () => {
      const { summary, isNew, replacesUnknown } = await opening;
      if (replacesUnknown) {
        this.notices.inform("That session no longer exists. This is the default example, new.");
      }
      await this.adopt(summary, { place: replacesUnknown ? null : place, isNew });
      this.address.replace(this.place);
    });
  }

  /** Opens an example; "back" returns to the session before. */
  openExample(key: string): Promise<void> {
    return this.attempt(() =>
      this.activity.run("Opening the example", async (signal) => {
        await this.adopt(await openRecording({ example: key }, signal), { isNew: true });
        this.address.push(this.place);
      }),
    );
  }

  /** The address has changed: a link, "back" or "forward". */
  goTo(place: Place): Promise<void> {
    return this.attempt(async () => {
      const isHere = place.session === this.session.id || place.session === null;
      if (isHere || this.address.isReplaced(place.session)) {
        if (this.isAside) this.showOutdated();
        const iteration = nearest(this.session.recorded, place.iteration ?? 0);
        if (iteration !== null && iteration !== this.tape.iteration)
          await this.showIteration(iteration);
        this.playhead.scrubTo(place.event ?? 0);
      } else {
        await this.adopt(await client.fetchSession(place.session ?? ""), { place });
      }
      this.address.replace(this.place);
    });
  }

  /** Keeps the address at the place; called whenever the place changes. */
  settleAddress(place: Place): void {
    if (place.session !== null && place.iteration !== null) this.address.settle(place);
  }

  /** Records the next iteration and shows it from its start. */
  recordNext(): Promise<void> {
    if (this.isTraining || !this.canRun) return Promise.resolve();
    this.training.followed = false;
    const shown = this.tape.iteration;
    // After a seek the session stands before the shown iteration: that one has to run first.
    const again = shown !== null && this.session.iteration === shown;
    const command: Command = again
      ? { kind: "run", iterations: 2, record_every: 1 }
      : { kind: "record" };
    return this.attempt(() =>
      this.activity.run("Recording an iteration", async (signal) => {
        const target = this.session.iteration + (again ? 2 : 1);
        const sequence = await this.session.send(command);
        await this.runs.trainTo(target);
        const { iteration } = await this.session.recordedAfter(
          sequence,
          (event) => !again || event.iteration === shown + 1,
          signal,
        );
        await this.showIteration(iteration, "start");
        this.address.push(this.place);
      }),
    );
  }

  /** Whether this run is training, or others with it. */
  get isTraining(): boolean {
    return this.session.phase === "running" || this.runs.isAtWork;
  }

  /** Trains on, or pauses. */
  trainOrPause(): Promise<void> {
    return this.isTraining ? this.pause() : this.train();
  }

  train(): Promise<void> {
    return this.#run(this.training.command);
  }

  /** Trains to the end of the epoch. */
  trainEpoch(): Promise<void> {
    if (this.isTraining) return Promise.resolve();
    return this.#run({ kind: "run", epochs: 1, record_every: this.training.recordEvery });
  }

  #run(command: RunCommand): Promise<void> {
    if (!this.canRun) return Promise.resolve();
    this.training.followed = true;
    this.playhead.scrubTo(this.playhead.total);
    const { iteration, iterationsPerEpoch } = this.session;
    const target = endOfRun(command, iteration, iterationsPerEpoch);
    return this.attempt(async () => {
      await this.session.send(command);
      await this.runs.trainTo(target, command);
    });
  }

  pause(): Promise<void> {
    return this.attempt(async () => {
      if (this.session.phase === "running") await this.session.send({ kind: "pause" });
      await this.runs.pause();
    });
  }

  /** Back to iteration 0 with the parameters that the seed gives; it is recorded again. */
  reset(): Promise<void> {
    if (!this.canRun) return Promise.resolve();
    return this.attempt(() =>
      this.activity.run("Starting over", async (signal) => {
        this.training.followed = false;
        this.whatIf.forget();
        const sequence = await this.session.send({ kind: "reset" }, { kind: "record" });
        await this.runs.reset();
        const { iteration } = await this.session.recordedAfter(sequence, () => true, signal);
        this.curves.replace(await client.fetchMetrics(this.sessionId));
        await this.showIteration(iteration, "start");
      }),
    );
  }

  /** Saves the session as a file; what is about one iteration is about the shown one. */
  export(kind: string): Promise<void> {
    return this.attempt(() =>
      this.exporting.run("Exporting", async (signal) => {
        const file = await client.fetchExport(this.sessionId, kind, this.tape.iteration, signal);
        download(file.content, renameFile(file.name, this.ownName));
      }),
    );
  }

  /** Copies a link to this place. */
  async share(): Promise<void> {
    const isCopied = await this.address.copy(this.place);
    const isHere = !this.isAside && !this.tape.outdated;
    const goal = isHere ? "this place" : "the last network that worked";
    this.notices.inform(
      isCopied
        ? `The link to ${goal} is copied.`
        : `Copy the link from the address bar: it leads to ${goal}.`,
    );
  }

  /** Cancels whatever is under way; a run on the server is paused. */
  async cancel(): Promise<void> {
    this.activity.cancel();
    this.exporting.cancel();
    if (this.isTraining) await this.pause();
  }

  /** Time travel to a recorded iteration, at the same event. */
  travel(iteration: number): Promise<void> {
    const isHere = iteration === this.tape.iteration && !this.training.followed;
    if (isHere || this.isAside) return Promise.resolve();
    // Who chooses what the stage shows while it goes along with training wants it to stay there.
    this.training.followed = false;
    return this.attempt(async () => {
      await this.showIteration(iteration);
      this.address.push(this.place);
    });
  }

  /** Goes on from the shown iteration in a run of its own; this one stays as it is. */
  branch(): Promise<void> {
    const iteration = this.isAside ? null : this.tape.iteration;
    return iteration === null ? Promise.resolve() : this.runs.branch(iteration);
  }

  #showRun(summary: SessionSummary, iteration: number | null): Promise<void> {
    return this.activity.run("Putting a run on the stage", async () => {
      const event = this.playhead.position;
      await this.adopt(summary, { place: { session: summary.id, iteration, event, name: null } });
      this.address.push(this.place);
    });
  }

  /** Writes one number of a parameter or input and records the shown iteration again with it. */
  editNumber(tensor: string, index: number[], text: string): Promise<void> {
    const value = readNumber(text);
    if (value === null) this.notices.inform(`"${text}" is not a number; nothing was changed.`);
    if (value === null) return Promise.resolve();
    const edit: Command = { kind: "edit", tensor, index, value };
    return this.#recordAgain("Recording with the new number", edit);
  }

  /** Does something to a layer from the shown iteration on, which is recorded again. */
  intervene(intervention: Intervention): Promise<void> {
    const { layer, what, factor = null } = intervention;
    this.layout.showPane("difference");
    const command: Command = { kind: "intervene", layer, what, factor };
    return this.#recordAgain("Recording with the intervention", command);
  }

  /** Ends an intervention, or all, from the shown iteration on, which is recorded again. */
  takeInterventionBack(layer?: string, what?: Intervention["what"]): Promise<void> {
    const command: Command = { kind: "take_back", layer: layer ?? null, what: what ?? null };
    return this.#recordAgain("Recording without the intervention", command);
  }

  /** Asks how the shown iteration differs from another recorded one. */
  compare(iteration: number): Promise<void> {
    const shown = this.tape.own;
    if (shown === null || this.isAside) return Promise.resolve();
    return this.attempt(() => this.whatIf.compare(this.sessionId, iteration, shown));
  }

  /** Records the shown iteration again after a command, and says what came of it. */
  #recordAgain(label: string, command: Command): Promise<void> {
    const iteration = this.isAside ? null : this.tape.iteration;
    if (iteration === null) return Promise.resolve();
    this.training.followed = false;
    return this.attempt(() =>
      this.activity.run(label, async (signal) => {
        const seek: Command = { kind: "seek", iteration };
        const sequence = await this.session.send(seek, command, { kind: "record" });
        await this.session.recordedAfter(
          sequence,
          (event) => event.iteration === iteration,
          signal,
        );
        this.numbers.clear();
        const before = this.tape.current?.structure ?? null;
        const isShown = await this.tape.showEdited(this.source, iteration);
        const { own } = this.tape;
        if (!isShown || own === null) return;
        this.settle(before);
        await this.whatIf.compare(this.sessionId, "replaced", own);
      }),
    );
  }

  protected override meet(summary: SessionSummary, adoption: Adoption): void {
    this.runs.meet(summary.id, adoption.edited != null);
    this.whatIf.forget();
    super.meet(summary, adoption);
  }

  async #loadCatalog(): Promise<void> {
    await this.attempt(async () => {
      [this.recipe.catalog, this.examples] = await Promise.all([
        client.fetchCatalog(),
        client.fetchExamples(),
      ]);
    });
  }
}
