/** A tape laid out: where everything lies, and the movement to there from where it lay before. */

import type { Tape } from "../../model/tape";
import { Glide } from "../camera/camera";
import type { Geometry } from "./geometry";
import { shapeEdges, type EdgeShapes } from "../pictures/picture";
import { timeScene, type Timing } from "../flow/timing";
import { largestAnimated, Transition } from "../camera/transition";

/** What is known of a tape once it is laid out. */
export interface Shown {
  readonly geometry: Geometry;
  readonly edges: EdgeShapes;
  readonly timing: Timing;
  /** The tape that the timing was made for. */
  readonly tape: Tape;
}

export class Arrangement {
  shown: Shown | null = null;
  private movement: { transition: Transition; glide: Glide } | null = null;

  constructor(private readonly isStill: () => boolean) {}

  get isMoving(): boolean {
    return this.movement !== null;
  }

  clear(): void {
    [this.shown, this.movement] = [null, null];
  }

  /** Everything lies there from now on, at once. */
  hold(geometry: Geometry, tape: Tape): void {
    const timing = timeScene(geometry.scene, tape);
    this.shown = { geometry, edges: shapeEdges(geometry), timing, tape };
    this.movement = null;
  }

  /** Moves there from where it lies; false if nothing of the same structure lies anywhere yet. */
  moveTo(geometry: Geometry, tape: Tape, now: number): boolean {
    const { shown } = this;
    const before = shown?.tape.structure.hash === tape.structure.hash ? shown.geometry : null;
    this.hold(geometry, tape);
    const isAnimated = !this.isStill() && geometry.scene.items.length <= largestAnimated;
    if (before !== null && isAnimated) {
      this.movement = { transition: new Transition(before, geometry), glide: new Glide(now) };
    }
    return before !== null;
  }

  /** Another frame's numbers on the same cards; answers the tape before, if there was another. */
  retime(tape: Tape): Tape | null {
    const { shown } = this;
    if (shown === null || shown.tape === tape) return null;
    const { scene } = shown.geometry;
    if (scene.structure.hash !== tape.structure.hash) return null;
    this.shown = { ...shown, tape, timing: timeScene(scene, tape) };
    return shown.tape;
  }

  /** As it stands at a moment. */
  at(now: number): Shown | null {
    const { shown, movement } = this;
    const share = this.shareAt(now);
    if (shown === null || movement === null || share === 1) return shown;
    return { ...shown, geometry: movement.transition.at(share) };
  }

  /** How much of the way a movement has come at a moment; 1 where everything lies still. */
  shareAt(now: number): number {
    return this.movement?.glide.at(now) ?? 1;
  }

  /** The end of the movement has been painted. */
  settle(): void {
    this.movement = null;
  }
}
