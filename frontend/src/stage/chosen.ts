/** What a person looks at: what is selected, what lies around it, and a shared weight's uses. */

import type { Structure } from "../api/types";
import { influenceOf, type Influence } from "../model/influence";
import { holds, sameSelection, type Selection } from "../model/selection";
import { locate, nowhere, surroundings, usersOf, type Spot } from "./locate";
import type { Scene } from "./scene";
import { traceScene } from "./traced";

export class Chosen {
  selection: Selection | null = null;
  spot: Spot = nowhere;
  around: Spot = nowhere;
  /** Where the shared weight is used that is pointed at, or selected. */
  users: Spot = nowhere;
  /** What the selection influences, and the way of its gradient; null where nothing is traced. */
  traced: Spot | null = null;
  private tracing = false;
  private influence: { structure: Structure; selection: Selection; of: Influence | null } | null =
    null;

  /** Selects what the structure holds; of anything else, nothing. Answers whether that is new. */
  select(selection: Selection | null, structure: Structure | null): boolean {
    const kept = selection !== null && structure !== null && holds(structure, selection);
    const before = this.selection;
    this.selection = kept ? selection : null;
    return !sameSelection(before, this.selection);
  }

  /** Finds it in a scene; `pointed` is the tensor of the chip under the pointer or the focus. */
  locate(scene: Scene | null, pointed: number | null): void {
    const { selection } = this;
    const shared = pointed ?? (selection?.kind === "tensor" ? selection.id : null);
    this.spot = scene === null ? nowhere : locate(scene, selection);
    this.around = scene === null ? nowhere : surroundings(scene, this.spot);
    this.users = scene === null ? nowhere : usersOf(scene, shared);
    this.trace(scene);
  }

  /** Whether selecting traces too. */
  setTracing(on: boolean, scene: Scene | null): void {
    this.tracing = on;
    this.trace(scene);
  }

  private trace(scene: Scene | null): void {
    const { selection } = this;
    const isTraced = this.tracing && scene !== null && selection !== null;
    const influence = isTraced ? this.influenceIn(scene.structure, selection) : null;
    this.traced =
      influence === null || scene === null ? null : traceScene(scene, influence, this.spot);
  }

  /** Once for each selection: opening and closing groups asks again. */
  private influenceIn(structure: Structure, selection: Selection): Influence | null {
    const known = this.influence;
    if (known?.structure !== structure || !sameSelection(known.selection, selection)) {
      this.influence = { structure, selection, of: influenceOf(structure, selection) };
    }
    return this.influence?.of ?? null;
  }
}
