/** What is selected, one thing or several, and where on the stage it lies. */

import { holds, sameSelection, type Selection } from "../model/selection";
import type { Tape } from "../model/tape";
import { locateAll, nowhere, surroundings, type Spot } from "./locate";
import type { Scene } from "./scene";

export class Marked {
  chosen: readonly Selection[] = [];
  spot: Spot = nowhere;
  /** Cards and edges next to what is selected. */
  around: Spot = nowhere;

  /** Selects what of this the tape holds, and finds it in the scene. */
  choose(chosen: readonly Selection[], tape: Tape | null, scene: Scene | undefined): void {
    this.chosen = tape === null ? [] : chosen.filter((each) => holds(tape.structure, each));
    this.spot = scene === undefined ? nowhere : locateAll(scene, this.chosen);
    this.around = scene === undefined ? nowhere : surroundings(scene, this.spot);
  }

  isOnly(selection: Selection | null): boolean {
    const [only = null] = this.chosen;
    return this.chosen.length < 2 && sameSelection(only, selection);
  }

  /** What is selected after one more thing was added, or taken away again. */
  toggled(selection: Selection): Selection[] {
    const others = this.chosen.filter((each) => !sameSelection(each, selection));
    return others.length < this.chosen.length ? others : [...others, selection];
  }

  /** What is selected after these were added. */
  extended(selections: readonly Selection[]): Selection[] {
    const isNew = (selection: Selection): boolean =>
      !this.chosen.some((each) => sameSelection(each, selection));
    return [...this.chosen, ...selections.filter(isNew)];
  }
}
