/** What stands open on the stage: by the level, by hand, and by zooming in. */

import type { Structure } from "../api/types";
import { buildGroups, withClosed, withOpened, type Groups } from "../model/groups";
import type { MissingLayer } from "../model/layerFacts";
import type { Level } from "../model/levels";
import type { Anchor } from "./anchor";
import type { Geometry, Rect } from "./geometry";
import { buildScene, type Item, type Scene } from "./scene";

/** What one step of zooming in has opened: calls, or one card to its numbers. */
type Zoomed =
  | { readonly kind: "calls"; readonly outer: number; readonly calls: readonly number[] }
  | { readonly kind: "numbers"; readonly key: string };

export class Openings {
  level: Level = "module";
  private structure: Structure | null = null;
  private groups: Groups | null = null;
  private overrides = new Map<number, boolean>();
  /** The latest last. */
  private zoomed: Zoomed[] = [];

  /** Another structure: nothing is open beyond what the level says. */
  reset(structure: Structure | null): void {
    this.structure = structure;
    this.groups = structure === null ? null : buildGroups(structure);
    this.clear();
  }

  setLevel(level: Level): void {
    this.level = level;
    this.clear();
  }

  scene(missing: MissingLayer | null): Scene | null {
    if (this.structure === null || this.groups === null) return null;
    const { structure, level, overrides, groups } = this;
    return buildScene(structure, level, overrides, groups, missing, this.enlarged);
  }

  /** Opens a call by hand; answers what keeps its place, null where no card stood for it. */
  openIn(geometry: Geometry, call: number): Anchor | null {
    const item = geometry.scene.items.find((candidate) => candidate.opens === call);
    const before = geometry.cards[item?.index ?? -1];
    this.open(call);
    const find = ({ scene, frames }: Geometry): Rect | undefined =>
      frames[scene.frames.findIndex((frame) => frame.calls.includes(call))];
    return before === undefined ? null : { before, find };
  }

  /** Closes a frame, whatever opened it; null if there is no such frame. */
  closeIn(geometry: Geometry, frameIndex: number): Anchor | null {
    const frame = geometry.scene.frames[frameIndex];
    const before = geometry.frames[frameIndex];
    if (frame === undefined || before === undefined) return null;
    this.zoomed = this.zoomed.filter(
      (each) => each.kind === "numbers" || !each.calls.some((call) => frame.calls.includes(call)),
    );
    this.overrides = withClosed(this.overrides, frame.calls);
    const find = ({ scene, cards }: Geometry): Rect | undefined =>
      cards[scene.itemOfOp[frame.firstOp] ?? -1];
    return { before, find };
  }

  /** Opens what an item holds, or else shows its numbers; false if there is no more to see. */
  zoomInto(item: Item): boolean {
    if (item.opens !== null) {
      const before = this.overrides;
      this.open(item.opens);
      const calls = [...this.overrides.keys()].filter((call) => before.get(call) !== true);
      this.zoomed.push({ kind: "calls", outer: item.opens, calls });
      return true;
    }
    if (item.numbers !== null || item.output === null || item.kind === "loss") return false;
    this.zoomed.push({ kind: "numbers", key: item.key });
    return true;
  }

  /** Undoes the latest opening by zoom; false if there is none, or a person has opened more in it. */
  zoomOut(): boolean {
    const latest = this.zoomed.at(-1);
    if (latest === undefined) return false;
    if (latest.kind === "calls" && this.holdsOpenedByHand(latest)) return false;
    this.zoomed.pop();
    if (latest.kind === "calls") for (const call of latest.calls) this.overrides.delete(call);
    return true;
  }

  /** Closing around it would close what a person opened. */
  private holdsOpenedByHand({ outer, calls }: Extract<Zoomed, { kind: "calls" }>): boolean {
    const around = this.structure?.calls[outer];
    return [...this.overrides].some(([id, isOpen]) => {
      const call = this.structure?.calls[id];
      if (!isOpen || calls.includes(id) || call === undefined || around === undefined) return false;
      return call.first_op >= around.first_op && call.end_op <= around.end_op;
    });
  }

  private open(call: number): void {
    if (this.groups !== null) this.overrides = withOpened(this.groups, this.overrides, call);
  }

  private get enlarged(): ReadonlySet<string> {
    return new Set(this.zoomed.flatMap((each) => (each.kind === "numbers" ? [each.key] : [])));
  }

  private clear(): void {
    this.overrides = new Map();
    this.zoomed = [];
  }
}
