/** What a person looks at: what is selected, what lies around it, and a shared weight's uses. */

import type { Structure } from "../api/types";
import { influenceOf, type Influence } from "../model/influence";
import { holds, sameSelection, type Selection } from "../model/selection";
import { locateAll, nowhere, surroundings, usersOf, type Spot } from "./locate";
import type { Scene } from "./scene";
import { traceScene } from "./traced";

export class Chosen {
  all: readonly Selection[] = [];
  spot: Spot = nowhere;
  /** Cards and edges next to what is selected. */
  around: Spot = nowhere;
  /** Where the shared weight is used that is pointed at, or selected. */
  users: Spot = nowhere;
  /** What the selection influences, and the way of its gradient; null where nothing is traced. */
  traced: Spot | null = null;
  private tracing = false;
  private influence: { structure: Structure; selection: Selection; of: Influence | null } | null =
    null;

  /** What is selected, if it is one thing. */
  get only(): Selection | null {
    return this.all.length === 1 ? (this.all[0] ?? null) : null;
  }

  isOnly(selection: Selection | null): boolean {
    return this.all.length < 2 && sameSelection(this.only, selection);
  }

  /** Selects what of this the structure holds; answers whether it is one other thing now. */
  select(selections: readonly Selection[], structure: Structure | null): boolean {
    const before = this.only;
    this.all = structure === null ? [] : selections.filter((each) => holds(structure, each));
    return !sameSelection(before, this.only);
  }

  /** What is selected after one more thing was added, or taken away again. */
  toggled(selection: Selection): Selection[] {
    const others = this.all.filter((each) => !sameSelection(each, selection));
    return others.length < this.all.length ? others : [...others, selection];
  }

  /** What is selected after these were added. */
  extended(selections: readonly Selection[]): Selection[] {
    const isNew = (selection: Selection): boolean =>
      !this.all.some((each) => sameSelection(each, selection));
    return [...this.all, ...selections.filter(isNew)];
  }

  /** Finds it in a scene; `pointed` is the tensor of the chip under the pointer or the focus. */
  locate(scene: Scene | null, pointed: number | null): void {
    const { only } = this;
    const shared = pointed ?? (only?.kind === "tensor" ? only.id : null);
    this.spot = scene === null ? nowhere : locateAll(scene, this.all);
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
    const { only } = this;
    const isTraced = this.tracing && scene !== null && only !== null;
    const influence = isTraced ? this.influenceIn(scene.structure, only) : null;
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
