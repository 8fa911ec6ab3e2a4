/** What is selected, on the stage, in the recipe and in the inspector alike. */

import type { Structure } from "../api/types";
import { callOfLayer, layerOfSelection, updatedOf } from "../model/inspection";
import { holds, subjectOf, type Selection } from "../model/selection";

export class SelectionState {
  chosen = $state.raw<Selection | null>(null);

  /** All that is selected where it is more than one thing; `chosen` is then the last of them. */
  several = $state.raw<readonly Selection[]>([]);

  /** A layer of the recipe that no tape knows yet: it was just added, or does not work. */
  unknownLayer = $state<string | null>(null);

  choose(selection: Selection | null): void {
    this.chosen = selection;
    this.several = [];
    this.unknownLayer = null;
  }

  chooseSeveral(selections: readonly Selection[]): void {
    this.choose(selections.at(-1) ?? null);
    if (selections.length > 1) this.several = selections;
  }

  /** What the stage marks. */
  get all(): readonly Selection[] {
    if (this.several.length > 0) return this.several;
    return this.chosen === null ? [] : [this.chosen];
  }

  /** What the inspector shows: what was chosen, else what happens at the playhead. */
  shown(structure: Structure, playhead: number): Selection | null {
    if (this.chosen !== null) return this.chosen;
    const subject = subjectOf(structure, playhead);
    // An update event is about what the parameter has become.
    const isUpdate = structure.events[playhead - 1]?.kind === "update";
    const updated = isUpdate && subject !== null ? updatedOf(structure, subject.id) : null;
    return updated === null ? subject : { kind: "tensor", id: updated };
  }

  /** Another structure is shown: ids mean other things there, so what has a name is looked up. */
  moveTo(before: Structure | null, after: Structure): void {
    const chosen = this.chosen;
    if (before === null || before.hash === after.hash) return;
    this.several = [];
    if (chosen !== null) {
      this.chosen = holds(before, chosen) ? counterpart(chosen, before, after) : null;
      // A layer that is being edited stays open in the recipe while no tape has it.
      if (this.chosen === null) this.unknownLayer = layerOfSelection(before, chosen);
    } else if (this.unknownLayer !== null) {
      const call = callOfLayer(after, this.unknownLayer);
      if (call !== null) this.choose(call);
    }
  }
}

function counterpart(chosen: Selection, before: Structure, after: Structure): Selection | null {
  if (chosen.kind === "tensor") {
    const { name, role } = before.tensors[chosen.id] ?? { name: null, role: null };
    const found = after.tensors.find((each) => each.name === name && each.role === role);
    return name === null || found === undefined ? null : { kind: "tensor", id: found.id };
  }
  if (chosen.kind === "call") {
    const { path, phase } = before.calls[chosen.id] ?? { path: null, phase: null };
    const found = after.calls.find((each) => each.path === path && each.phase === phase);
    return path === null || found === undefined ? null : { kind: "call", id: found.id };
  }
  return null;
}
