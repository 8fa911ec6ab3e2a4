/** What is selected, where it lies in the scene that is shown, and what lies around it. */

import type { Structure } from "../api/types";
import { influenceOf, type Influence } from "../model/influence";
import { holds, sameSelection, type Selection } from "../model/selection";
import { locate, nowhere, surroundings, type Spot } from "./locate";
import type { Scene } from "./scene";
import { traceScene } from "./traced";

export class Chosen {
  selection: Selection | null = null;
  spot: Spot = nowhere;
  around: Spot = nowhere;
  /** What the selection influences, and the way of its gradient; null where nothing is traced. */
  traced: Spot | null = null;
  private tracing = false;
  private influence: { structure: Structure; selection: Selection; of: Influence | null } | null =
    null;

  /** Selects what the structure holds; of anything else, nothing. The scene may be on its way. */
  select(selection: Selection | null, structure: Structure | null, scene: Scene | null): void {
    const kept = selection !== null && structure !== null && holds(structure, selection);
    this.selection = kept ? selection : null;
    this.spot = scene === null ? nowhere : locate(scene, this.selection);
    this.around = scene === null ? nowhere : surroundings(scene, this.spot);
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
