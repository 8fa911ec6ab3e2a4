/** From a scene to its geometry: asks the worker, chooses which way the flow runs. */

import type { Viewport } from "../camera/camera";
import { prefersUpright } from "../camera/framing";
import { toGeometry, toLayoutGraph, type Geometry } from "./geometry";
import { LayoutClient } from "./layoutClient";
import { readableScale, viewOf } from "../camera/camera";
import type { Orientation } from "./measures";
import type { Scene } from "../scene/scene";

export type OrientationChoice = "auto" | Orientation;

export interface ArrangeHandlers {
  done(geometry: Geometry): void;
  failed(error: Error): void;
}

export class Arranger {
  private readonly client = new LayoutClient();
  private latest = 0;
  private awaited: number | null = null;

  /** A layout has been asked for and is not there yet. */
  get isWorking(): boolean {
    return this.awaited !== null;
  }

  /** Only the latest request is answered. */
  arrange(
    scene: Scene,
    choice: OrientationChoice,
    viewport: Viewport,
    { done, failed }: ArrangeHandlers,
  ): void {
    const request = (this.awaited = ++this.latest);
    const ifLatest =
      <Value>(act: (value: Value) => void) =>
      (value: Value): void => {
        if (request !== this.awaited) return;
        this.awaited = null;
        act(value);
      };
    this.choose(scene, choice, viewport).then(ifLatest(done), ifLatest(failed));
  }

  cancel(): void {
    this.awaited = null;
  }

  destroy(): void {
    this.cancel();
    this.client.destroy();
  }

  private async choose(
    scene: Scene,
    choice: OrientationChoice,
    viewport: Viewport,
  ): Promise<Geometry> {
    if (choice !== "auto") return this.layOut(scene, choice);
    const lying = await this.layOut(scene, "horizontal");
    if (viewport.width === 0 || viewOf(lying.bounds, viewport).scale >= readableScale) return lying;
    const upright = await this.layOut(scene, "vertical");
    return prefersUpright(lying.bounds, upright.bounds, viewport) ? upright : lying;
  }

  private async layOut(scene: Scene, orientation: Orientation): Promise<Geometry> {
    const layout = await this.client.layOut(toLayoutGraph(scene, orientation));
    return toGeometry(scene, layout, orientation);
  }
}
