/** The spec as it is being edited, with undo, and what the server says against it. */

import type { Problem } from "../api/errors";
import type { Catalog } from "../api/types";
import { withDefaultWiringLeftOut, type Spec } from "../model/spec";

const DEBOUNCE_MILLISECONDS = 250;
const SAME_EDIT_MILLISECONDS = 1_000;
const MOST_UNDO_STEPS = 200;

export class RecipeState {
  /** What the person sees and edits. */
  draft = $state.raw<Spec | null>(null);
  /** What the session runs. */
  applied = $state.raw<Spec | null>(null);
  catalog = $state.raw<Catalog | null>(null);
  problems = $state.raw<readonly Problem[]>([]);
  #appliedBefore: Spec | null = null;
  #past = $state.raw<Spec[]>([]);
  #future = $state.raw<Spec[]>([]);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastEdit = { key: "", time: 0 };

  /**
   * Args:
   *   apply: called with the draft once editing has paused.
   */
  constructor(private readonly apply: (spec: Spec) => void) {}

  get canUndo(): boolean {
    return this.#past.length > 0;
  }

  get canRedo(): boolean {
    return this.#future.length > 0;
  }

  /** A session was opened with this spec; the history of another network ends. */
  open(spec: Spec): void {
    this.accept(spec);
    this.#past = [];
    this.#future = [];
  }

  /**
   * The server took a spec.
   *
   * Args:
   *   spec: as the server has completed it.
   *   sent: as it was sent; the draft becomes the completed one unless it was edited meanwhile.
   */
  accept(spec: Spec, sent: Spec | null = this.draft): void {
    this.#appliedBefore = this.applied;
    this.applied = withDefaultWiringLeftOut(spec);
    this.problems = [];
    if (this.draft === sent) this.draft = this.applied;
  }

  refuse(problems: readonly Problem[]): void {
    this.problems = problems;
  }

  /** A spec that was accepted at first turned out not to work: the session runs the one before. */
  takeBack(problems: readonly Problem[]): void {
    this.applied = this.#appliedBefore;
    this.problems = problems;
  }

  /**
   * Changes the draft.
   *
   * Args:
   *   key: edits of the same thing in quick succession are one step of undo.
   */
  edit(change: (spec: Spec) => Spec, key = ""): void {
    const before = this.draft;
    if (before === null) return;
    const now = Date.now();
    const continued =
      key !== "" &&
      key === this.#lastEdit.key &&
      now - this.#lastEdit.time < SAME_EDIT_MILLISECONDS;
    this.#lastEdit = { key, time: now };
    if (!continued) this.#past = [...this.#past, before].slice(-MOST_UNDO_STEPS);
    this.#future = [];
    this.#show(change(before));
  }

  undo(): void {
    const before = this.#past.at(-1);
    if (before === undefined || this.draft === null) return;
    this.#past = this.#past.slice(0, -1);
    this.#future = [...this.#future, this.draft];
    this.#lastEdit = { key: "", time: 0 };
    this.#show(before);
  }

  redo(): void {
    const after = this.#future.at(-1);
    if (after === undefined || this.draft === null) return;
    this.#future = this.#future.slice(0, -1);
    this.#past = [...this.#past, this.draft];
    this.#lastEdit = { key: "", time: 0 };
    this.#show(after);
  }

  #show(spec: Spec): void {
    this.draft = spec;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.apply(spec), DEBOUNCE_MILLISECONDS);
  }
}
