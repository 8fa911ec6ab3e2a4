/** What stands open on the stage: by the level, by hand, by zooming in; and the steps shown. */

import type { Structure } from "../../api/types";
import {
  nothingOpened,
  opsOfSelection,
  showingOps,
  withFolded,
  withStep,
  withUnfolded,
  type Opened,
} from "../../model/folding";
import {
  buildGroups,
  isOpen,
  withClosed,
  withOpened,
  type Groups,
  type Overrides,
} from "../../model/groups";
import type { MissingLayer } from "../../model/layerFacts";
import type { Level } from "../../model/levels";
import type { Selection } from "../../model/selection";
import { callsAround } from "../camera/reveal";
import { buildScene, type Item, type Scene, type SceneFrame } from "./scene";
import { keepUnchanged } from "./sceneFolds";

interface Subject {
  readonly structure: Structure;
  readonly groups: Groups;
  readonly missing: MissingLayer | null;
}

/** What one step of zooming in has opened: calls, or one card to its numbers. */
type Zoomed =
  | { readonly kind: "calls"; readonly outer: number; readonly calls: readonly number[] }
  | { readonly kind: "numbers"; readonly key: Item["key"] };

export class Disclosure {
  level: Level = "module";
  private subject: Subject | null = null;
  private opened: Opened = nothingOpened;
  /** The latest last. */
  private zoomed: readonly Zoomed[] = [];

  /** Begins anew with a structure, nothing opened by hand. */
  show(structure: Structure, missing: MissingLayer | null): void {
    this.subject = { structure, groups: buildGroups(structure), missing };
    this.opened = nothingOpened;
    this.zoomed = [];
  }

  clear(): void {
    this.subject = null;
  }

  setLevel(level: Level): void {
    this.level = level;
    this.setOverrides(new Map());
    this.zoomed = [];
  }

  open(call: number): void {
    if (this.subject === null) return;
    this.setOverrides(withOpened(this.subject.groups, this.opened.overrides, call));
  }

  /** Closes a frame of calls, whatever opened it; folds one of a repeat. */
  close(frame: SceneFrame): void {
    if (frame.repeat !== null) {
      this.opened = withFolded(this.opened, frame.repeat.id);
      return;
    }
    this.zoomed = this.zoomed.filter(
      (each) => each.kind === "numbers" || !each.calls.some((call) => frame.calls.includes(call)),
    );
    this.setOverrides(withClosed(this.opened.overrides, frame.calls));
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

  /** Opens all groups that hide a selection; false if none does. */
  openAround(scene: Scene, selection: Selection): boolean {
    if (this.subject === null) return false;
    const { structure, groups } = this.subject;
    let { overrides } = this.opened;
    for (const id of callsAround(scene, selection)) {
      const call = structure.calls[id];
      if (call === undefined || isOpen(groups, this.level, overrides, call)) continue;
      overrides = withOpened(groups, overrides, id);
    }
    if (overrides === this.opened.overrides) return false;
    this.setOverrides(overrides);
    return true;
  }

  /** The innermost frame around an item that was opened by hand; -1 for none. */
  frameOpenedByHand({ items, frames }: Scene, item: number): number {
    const { overrides } = this.opened;
    let at = items[item]?.frame ?? -1;
    while (at >= 0 && !frames[at]?.calls.some((call) => overrides.get(call) === true)) {
      at = frames[at]?.parent ?? -1;
    }
    return at;
  }

  /** Opens what an item holds, or else shows its numbers; false if there is no more to see. */
  zoomInto(item: Item): boolean {
    if (item.opens !== null) {
      const before = this.opened.overrides;
      this.open(item.opens);
      const calls = [...this.opened.overrides.keys()].filter((call) => before.get(call) !== true);
      this.zoomed = [...this.zoomed, { kind: "calls", outer: item.opens, calls }];
      return true;
    }
    if (item.numbers !== null || item.output === null || item.kind === "loss") return false;
    this.zoomed = [...this.zoomed, { kind: "numbers", key: item.key }];
    return true;
  }

  /** Undoes the latest opening by zoom; false if there is none, or a person has opened more in it. */
  zoomOut(): boolean {
    const latest = this.zoomed.at(-1);
    if (latest === undefined) return false;
    if (latest.kind === "calls") {
      if (this.holdsOpenedByHand(latest)) return false;
      const overrides = new Map(this.opened.overrides);
      for (const call of latest.calls) overrides.delete(call);
      this.setOverrides(overrides);
    }
    this.zoomed = this.zoomed.slice(0, -1);
    return true;
  }

  /** Whether a scene shows the steps that are to be shown. */
  isShownBy(scene: Scene): boolean {
    return scene.steps === this.opened.steps;
  }

  scene(): Scene | null {
    return this.build();
  }

  /** The scene that differs from the one before in the shown steps alone. */
  slide(before: Scene): Scene | null {
    this.followSteps(before);
    const scene = this.build(before);
    return scene === null ? null : keepUnchanged(before, scene);
  }

  private build(before: Scene | null = null): Scene | null {
    if (this.subject === null) return null;
    const { structure, groups, missing } = this.subject;
    const { level, opened } = this;
    const known = before?.wires;
    const enlarged = new Set(
      this.zoomed.flatMap((each) => (each.kind === "numbers" ? [each.key] : [])),
    );
    const { overrides } = opened;
    return buildScene(structure, level, overrides, groups, missing, opened, known, enlarged);
  }

  /** Zooming has enlarged the cards of one step: now those in the same places of another. */
  private followSteps(before: Scene): void {
    if (this.zoomed.length === 0) return;
    const after = this.build(before);
    this.zoomed = this.zoomed.flatMap((each): Zoomed[] => {
      // What stood open in the step before stands open in this one, as if by hand.
      if (each.kind === "calls") return [];
      const twin = after?.items[before.itemOfKey.get(each.key) ?? -1];
      return twin === undefined ? [] : [{ kind: "numbers", key: twin.key }];
    });
  }

  /** Closing around it would close what a person opened. */
  private holdsOpenedByHand({ outer, calls }: Extract<Zoomed, { kind: "calls" }>): boolean {
    const all = this.subject?.structure.calls;
    const around = all?.[outer];
    return [...this.opened.overrides].some(([id, isOpen]) => {
      const call = all?.[id];
      if (!isOpen || calls.includes(id) || call === undefined || around === undefined) return false;
      return call.first_op >= around.first_op && call.end_op <= around.end_op;
    });
  }

  private setOverrides(overrides: Overrides): void {
    this.opened = { ...this.opened, overrides };
  }
}
