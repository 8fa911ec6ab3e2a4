/** What a person looks at: what is selected, what lies around it, and a shared weight's uses. */

import type { Structure } from "../../api/types";
import { influenceOf, type Influence } from "../../model/influence";
import { holds, sameSelection, type Selection } from "../../model/selection";
import { ChipPointing } from "./chipPointing";
import { locateAll, nowhere, surroundings, usersOf, type Spot } from "./locate";
import type { Scene } from "../scene/scene";
import { traceScene } from "../scene/traced";

/** Where what is selected is looked for. */
interface Ground {
  readonly structure: Structure | null;
  readonly scene: Scene | null;
}

export interface ChosenHandlers {
  /** A person selected something, or nothing. */
  onSelect(selection: Selection | null): void;
  /** A person selected several things, or one of them less. */
  onSelectSeveral?(selections: readonly Selection[]): void;
  /** One other thing is selected, by whomever; or nothing, or several things. */
  replaced(selection: Selection | null): void;
  /** Other cards are to be marked. */
  located(): void;
}

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

  private readonly chips: ChipPointing;

  constructor(
    root: HTMLElement,
    private readonly ground: Ground,
    private readonly handlers: ChosenHandlers,
  ) {
    this.chips = new ChipPointing(root, () => this.locate());
  }

  /** What is selected, if it is one thing. */
  get only(): Selection | null {
    return this.all.length === 1 ? (this.all[0] ?? null) : null;
  }

  isOnly(selection: Selection | null): boolean {
    return this.all.length < 2 && sameSelection(this.only, selection);
  }

  /** Selects what of this the structure holds. */
  select(selections: readonly Selection[]): void {
    const before = this.only;
    const { structure } = this.ground;
    this.all = structure === null ? [] : selections.filter((each) => holds(structure, each));
    if (!sameSelection(before, this.only)) this.handlers.replaced(this.only);
    this.locate();
  }

  /** A person selects one thing, or nothing. */
  choose(selection: Selection | null): void {
    if (this.isOnly(selection)) return;
    this.select(selection === null ? [] : [selection]);
    this.handlers.onSelect(selection);
  }

  /** A person adds one more thing, or takes it away again. */
  toggle(selection: Selection): void {
    const others = this.all.filter((each) => !sameSelection(each, selection));
    this.chooseSeveral(others.length < this.all.length ? others : [...others, selection]);
  }

  /** A person adds these. */
  extend(selections: readonly Selection[]): void {
    const isNew = (selection: Selection): boolean =>
      !this.all.some((each) => sameSelection(each, selection));
    this.chooseSeveral([...this.all, ...selections.filter(isNew)]);
  }

  private chooseSeveral(selections: readonly Selection[]): void {
    const [only = null] = selections;
    if (selections.length < 2 || this.handlers.onSelectSeveral === undefined) {
      return this.choose(only);
    }
    this.select(selections);
    this.handlers.onSelectSeveral(selections);
  }

  /** Finds in the scene what is selected, and where the chip that is pointed at is used. */
  locate(): void {
    const { only } = this;
    const { scene } = this.ground;
    const shared = this.chips.tensor ?? (only?.kind === "tensor" ? only.id : null);
    this.spot = scene === null ? nowhere : locateAll(scene, this.all);
    this.around = scene === null ? nowhere : surroundings(scene, this.spot);
    this.users = scene === null ? nowhere : usersOf(scene, shared);
    this.trace();
  }

  /** Whether selecting lights all that the selection influences, and the way of its gradient. */
  setTracing(on: boolean): void {
    this.tracing = on;
    this.trace();
  }

  destroy(): void {
    this.chips.destroy();
  }

  private trace(): void {
    const { only } = this;
    const { scene } = this.ground;
    const isTraced = this.tracing && scene !== null && only !== null;
    const influence = isTraced ? this.influenceIn(scene.structure, only) : null;
    this.traced =
      influence === null || scene === null ? null : traceScene(scene, influence, this.spot);
    this.handlers.located();
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
