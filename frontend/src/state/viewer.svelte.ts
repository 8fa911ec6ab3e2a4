/** Looking at recorded iterations: what every page with a stage has, wherever its tapes are from. */

import { ApiError, describeFailure, isAbort } from "../api/errors";
import type { BadNumber, Structure } from "../api/types";
import { flowSubject, type FlowTarget } from "../model/flowSubject";
import { nearest } from "../model/metrics";
import { proportionalPlace } from "../model/playback";
import { CurvesState } from "./curves.svelte";
import { FlowState } from "./flow.svelte";
import { LayersState } from "./layers.svelte";
import { LayoutState } from "./layout.svelte";
import { NoticesState } from "./notices.svelte";
import { NumbersState } from "./numbers.svelte";
import { OpTimesState } from "./opTimes.svelte";
import { PlayheadState } from "./playhead.svelte";
import { SelectionState } from "./selection.svelte";
import { TapeState } from "./tape.svelte";
import type { TapeSource } from "./tapeSource";

export type PlayheadRule = "start" | "end" | "same place" | number;

export abstract class Viewer {
  readonly layout = new LayoutState();
  readonly flow = new FlowState();
  readonly notices = new NoticesState();
  readonly playhead = new PlayheadState();
  readonly tape = new TapeState();
  readonly curves = new CurvesState();
  readonly layers = new LayersState();
  readonly selection = new SelectionState();
  readonly numbers = new NumbersState();
  readonly times = new OpTimesState();

  /** The iterations that can be shown, rising. */
  abstract get recorded(): readonly number[];

  /** Time travel to a recorded iteration, at the same event. */
  abstract travel(iteration: number): Promise<void>;

  /** Time travel to the recorded iteration nearest to a point of the curve. */
  travelNear(iteration: number): Promise<void> {
    const recorded = nearest(this.recorded, iteration);
    return recorded === null ? Promise.resolve() : this.travel(recorded);
  }

  /** To the first bad op of an iteration, or of the first recorded one after it. */
  async goToBadIteration(iteration: number): Promise<void> {
    const recorded = this.recorded.find((each) => each >= iteration);
    if (recorded === undefined) {
      this.notices.inform(
        `No iteration from ${String(iteration)} on is recorded: record the next.`,
      );
      return;
    }
    await this.travel(recorded);
    const bad = this.tape.current?.frame.bad_number;
    if (this.tape.iteration === recorded && bad != null) this.goToBadNumber(bad);
  }

  /** To the recorded iteration before (-1) or after (1) the shown one. */
  travelBy(direction: 1 | -1): Promise<void> {
    const at = this.recorded.indexOf(this.tape.iteration ?? -1);
    const wanted = this.recorded[at + direction];
    return at < 0 || wanted === undefined ? Promise.resolve() : this.travel(wanted);
  }

  /** Selects the gradient of a parameter, or where it has none the parameter. */
  selectParameter(name: string): void {
    const tensors = this.tape.current?.structure.tensors ?? [];
    const parameter = tensors.find((each) => each.name === name && each.role === "parameter");
    if (parameter === undefined) return;
    this.selection.choose({ kind: "tensor", id: parameter.gradient ?? parameter.id });
  }

  /** Has the ops of the shown tape timed, where cards are coloured by that. */
  timeOps(): void {
    const { source, own } = this.tape;
    if (this.flow.colorBy !== "time" || source === null || own === null) return;
    void this.attempt(() => this.times.read(source, own));
  }

  /** What the layers of these recorded iterations gave; only a session can tell. */
  readLayers(iterations: readonly number[]): void {
    const { source } = this.tape;
    if (source !== null) void this.layers.follow(source, iterations);
  }

  /** Travels near an iteration, selects what is meant there, and stands where it is known. */
  async goToFlow(target: FlowTarget): Promise<void> {
    await this.travelNear(target.iteration);
    const tape = this.tape.current;
    const selection = tape === null ? null : flowSubject(tape.structure, target);
    if (tape === null || selection === null) return;
    const knownFrom = selection.kind === "tensor" ? (tape.revealed[selection.id] ?? 0) : 0;
    if (this.playhead.position < knownFrom) this.playhead.scrubTo(knownFrom);
    this.selection.choose(selection);
  }

  /** Stands where the first bad number has just been made, and selects it. */
  goToBadNumber(bad: BadNumber): void {
    this.playhead.scrubTo(this.tape.current?.revealed[bad.tensor] ?? 0);
    this.selection.choose({ kind: "tensor", id: bad.tensor });
  }

  protected async show(
    source: TapeSource,
    iteration: number,
    rule: PlayheadRule = "same place",
  ): Promise<void> {
    const before = this.tape.current?.structure ?? null;
    this.numbers.clear();
    if (await this.tape.show(source, iteration)) this.settle(before, rule);
  }

  /** Another tape is shown: playhead and selection find their place on it. */
  protected settle(before: Structure | null, rule: PlayheadRule = "same place"): void {
    const structure = this.tape.current?.structure;
    if (structure === undefined) return;
    const total = structure.events.length;
    const same = proportionalPlace(this.playhead.position, this.playhead.total, total);
    const position = { start: 0, end: total, "same place": same };
    this.playhead.setTape(total, typeof rule === "number" ? rule : position[rule]);
    this.selection.moveTo(before, structure);
  }

  /** Does something; a failure becomes a message, being cancelled is no failure. */
  protected async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (isAbort(error)) return;
      this.notices.fail(describeFailure(error));
      // What is not the server's own refusal is a defect of this page: its trace is for us.
      if (!(error instanceof ApiError)) console.error(error);
    }
  }
}
