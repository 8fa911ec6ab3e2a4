/** What is shown of a tape, and how it comes to be shown: opened and closed, then laid out anew. */

import type { Structure } from "../api/types";
import type { MissingLayer } from "../model/layerFacts";
import type { Level } from "../model/levels";
import { subjectOf, type Selection } from "../model/selection";
import type { Tape } from "../model/tape";
import { anchorOfFrame, anchorOfOpening, type Anchor } from "./camera/anchor";
import { Arrangement } from "./layout/arrangement";
import { Arranger, type OrientationChoice } from "./layout/arranger";
import type { CameraControl } from "./camera/cameraControl";
import { ChangeMarks, changedTensors } from "./cards/changes";
import type { Disclosing } from "./pointing/clicks";
import { Disclosure } from "./scene/disclosure";
import { showSteps, type Geometry } from "./layout/geometry";
import type { Scene, SceneFrame } from "./scene/scene";

/** After a new layout: what keeps its place, the selection as a goal to fly to, or all anew. */
export type Arrival = Anchor | "selection" | null;

export interface ShowingHandlers {
  /** What is selected, if it is one thing. */
  selected(): Selection | null;
  /** Another structure is on its way. */
  begun(): void;
  /** A new layout is on its way. */
  asked(): void;
  /** Other cards, or other numbers on them. */
  changed(): void;
  /** The same cards wear other marks. */
  remarked(): void;
  /** Other cards are there, maybe in other places. */
  placed(geometry: Geometry): void;
  /** All is laid out anew; `isKnown` if another layout of the same structure stood there before. */
  arranged(arrival: Arrival, isKnown: boolean, now: number): void;
  failed(error: Error): void;
}

export class Showing {
  tape: Tape | null = null;
  playhead = 0;
  readonly disclosure = new Disclosure();
  readonly arrangement: Arrangement;
  readonly changes: ChangeMarks;
  private missing: MissingLayer | null = null;
  private choice: OrientationChoice = "auto";
  private readonly arranger = new Arranger();

  constructor(
    private readonly camera: CameraControl,
    isStill: () => boolean,
    private readonly handlers: ShowingHandlers,
  ) {
    this.arrangement = new Arrangement(isStill);
    this.changes = new ChangeMarks(() => handlers.remarked());
  }

  get structure(): Structure | null {
    return this.tape?.structure ?? null;
  }

  /** A new layout is on its way. */
  get isArranging(): boolean {
    return this.arranger.isWorking;
  }

  get geometry(): Geometry | null {
    return this.arrangement.shown?.geometry ?? null;
  }

  get scene(): Scene | null {
    return this.geometry?.scene ?? null;
  }

  /** Whether the way that the flow runs depends on the room that there is. */
  get isFitted(): boolean {
    return this.choice === "auto";
  }

  /** Shows a tape; another frame of the same structure keeps every card in its place. */
  show(tape: Tape | null, missing: MissingLayer | null): void {
    const isKnown = tape !== null && this.structure?.hash === tape.structure.hash;
    const isSame = isKnown && this.missing === missing;
    [this.tape, this.missing] = [tape, missing];
    if (tape === null) this.clear();
    else if (!isSame) {
      this.disclosure.show(tape.structure, missing);
      this.handlers.begun();
      this.arrange(null);
    }
    if (tape !== null) this.retime(tape);
  }

  private clear(): void {
    this.arrangement.clear();
    this.disclosure.clear();
    this.arranger.cancel();
    this.handlers.changed();
  }

  /** A new frame of numbers on the same cards. */
  private retime(tape: Tape): void {
    const before = this.arrangement.retime(tape);
    if (before === null) return;
    this.changes.mark(changedTensors(before, tape));
    this.handlers.changed();
  }

  /** Marks what has changed, where the graph is not the one that it was before. */
  flash(changed: ReadonlySet<number>): void {
    this.changes.mark(changed);
    this.handlers.remarked();
  }

  setPlayhead(playhead: number): void {
    this.playhead = playhead;
    this.slideTo(this.subject);
  }

  /** What happens at the playhead. */
  private get subject(): Selection | null {
    return this.tape === null ? null : subjectOf(this.tape.structure, this.playhead);
  }

  setLevel(level: Level): void {
    if (level === this.disclosure.level) return;
    this.disclosure.setLevel(level);
    this.arrange(null);
  }

  setOrientation(choice: OrientationChoice): void {
    if (choice === this.choice) return;
    this.choice = choice;
    this.arrange(null);
  }

  /** Opens the groups that hide a selection; false if none does. */
  openAround(selection: Selection): boolean {
    if (this.scene === null || !this.disclosure.openAround(this.scene, selection)) return false;
    this.arrange("selection");
    return true;
  }

  /** Opens, closes, unfolds or slides what was hit. */
  disclose(hit: Disclosing): void {
    switch (hit.kind) {
      case "open":
        return this.open(hit.call);
      case "close":
        return this.close(hit.frame);
      case "unfold":
        return this.unfold(hit.frame);
      case "step":
        return this.showStep(hit.repeat, hit.step);
    }
  }

  /** Opens a call's card in place. */
  private open(call: number): void {
    if (this.geometry === null) return;
    this.disclosure.open(call);
    this.arrange(anchorOfOpening(this.geometry, call));
  }

  /** Closes the frame of this index, or folds it. */
  private close(index: number): void {
    const frame = this.scene?.frames[index];
    if (frame === undefined) return;
    this.disclosure.close(frame);
    // Folding shows the step that the person is at, not the one that was shown long ago.
    this.disclosure.reveal(this.handlers.selected() ?? this.subject);
    this.arrangeAround(frame);
  }

  /** Closes the innermost frame around an item that was opened by hand; false without one. */
  closeAround(item: number): boolean {
    const frame = this.scene === null ? -1 : this.disclosure.frameOpenedByHand(this.scene, item);
    if (frame >= 0) this.close(frame);
    return frame >= 0;
  }

  /** Shows all steps of the folded repeat in the frame of this index. */
  private unfold(index: number): void {
    const frame = this.scene?.frames[index];
    if (frame?.repeat == null) return;
    this.disclosure.unfold(frame.repeat.id);
    this.arrangeAround(frame);
  }

  private arrangeAround(frame: SceneFrame): void {
    if (this.geometry === null) return;
    this.arrange(anchorOfFrame(this.geometry, frame, this.camera.visible));
  }

  /** Slides a folded repeat to one of its steps. */
  showStep(repeat: number, step: number): void {
    this.disclosure.showStep(repeat, step);
    this.slide();
  }

  /** Slides folded repeats to the step that a selection is in. */
  slideTo(selection: Selection | null): void {
    this.disclosure.reveal(selection);
    this.slide();
  }

  /** Brings the shown steps onto the stage; nothing else changes its place. */
  private slide(): void {
    const { geometry: before, tape } = this;
    if (before === null || tape === null || this.disclosure.isShownBy(before.scene)) return;
    const scene = this.disclosure.slide(before.scene);
    const geometry = scene === null ? null : showSteps(before, scene);
    if (geometry === null) this.arrange({ before: before.bounds, find: ({ bounds }) => bounds });
    else {
      this.arrangement.hold(geometry, tape);
      this.handlers.changed();
      this.handlers.placed(geometry);
    }
  }

  /** Builds the scene anew and has it laid out; the last request wins. */
  arrange(arrival: Arrival): void {
    const scene = this.disclosure.scene();
    if (scene === null) return;
    this.arranger.arrange(scene, this.choice, this.camera.viewport, {
      done: (geometry) => this.take(geometry, arrival),
      failed: (error) => this.handlers.failed(error),
    });
    this.handlers.asked();
  }

  private take(geometry: Geometry, arrival: Arrival): void {
    if (this.tape === null) return;
    const now = performance.now();
    const isKnown = this.arrangement.moveTo(geometry, this.tape, now);
    this.handlers.changed();
    this.handlers.placed(geometry);
    this.handlers.arranged(arrival, isKnown, now);
    // The shown steps may have changed meanwhile.
    this.slide();
  }

  destroy(): void {
    this.changes.clear();
    this.arranger.destroy();
  }
}
