/** What stands open on the stage: the level, and what a person has opened, unfolded or slid to. */

import type { Structure } from "../api/types";
import {
  nothingOpened,
  opsOfSelection,
  showingOps,
  withFolded,
  withStep,
  withUnfolded,
  type Opened,
} from "../model/folding";
import { buildGroups, withClosed, withOpened, type Groups } from "../model/groups";
import type { MissingLayer } from "../model/layerFacts";
import type { Level } from "../model/levels";
import type { Selection } from "../model/selection";
import { buildScene, type Scene, type SceneFrame } from "./scene";
import { keepUnchanged } from "./sceneFolds";

interface Subject {
  readonly structure: Structure;
  readonly groups: Groups;
  readonly missing: MissingLayer | null;
}

export class Disclosure {
  level: Level = "module";
  private subject: Subject | null = null;
  private opened: Opened = nothingOpened;

  /** Begins anew with a structure, nothing opened by hand. */
  show(structure: Structure, missing: MissingLayer | null): void {
    this.subject = { structure, groups: buildGroups(structure), missing };
    this.opened = nothingOpened;
  }

  clear(): void {
    this.subject = null;
  }

  setLevel(level: Level): void {
    this.level = level;
    this.opened = { ...this.opened, overrides: new Map() };
  }

  open(call: number): void {
    if (this.subject === null) return;
    const overrides = withOpened(this.subject.groups, this.opened.overrides, call);
    this.opened = { ...this.opened, overrides };
  }

  /** Closes a frame of calls, folds one of a repeat. */
  close(frame: SceneFrame): void {
    if (frame.repeat !== null) this.opened = withFolded(this.opened, frame.repeat.id);
    else {
      const overrides = withClosed(this.opened.overrides, frame.calls);
      this.opened = { ...this.opened, overrides };
    }
  }

  unfold(repeat: number): void {
    this.opened = withUnfolded(this.opened, repeat);
  }

  showStep(repeat: number, step: number): void {
    if (this.subject === null) return;
    this.opened = withStep(this.subject.groups, this.opened, repeat, step);
  }

  /** Slides folded repeats to the step that what is selected, or happens, is in. */
  reveal(selection: Selection | null): void {
    if (this.subject === null || selection === null) return;
    const { structure, groups } = this.subject;
    const ops = opsOfSelection(structure, selection);
    if (ops !== null) this.opened = showingOps(groups, this.opened, ops);
  }

  /** Whether a scene shows the steps that are to be shown. */
  isShownBy(scene: Scene): boolean {
    return scene.steps === this.opened.steps;
  }

  /** `before` is a scene that differs at most in the steps shown. */
  scene(before: Scene | null = null): Scene | null {
    if (this.subject === null) return null;
    const { structure, groups, missing } = this.subject;
    const { level, opened } = this;
    const { overrides } = opened;
    const known = before?.wires;
    const scene = buildScene(structure, level, overrides, groups, missing, opened, known);
    return before === null ? scene : keepUnchanged(before, scene);
  }
}
