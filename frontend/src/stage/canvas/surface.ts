/** The two canvases under the cards: one for what stands still, one for what travels. */

import { visibleWorld, type View, type Viewport } from "../camera/camera";
import { paintDirections, paintDots, paintFrames, paintTies } from "./backdrop";
import { paintBlocks } from "./blockPainter";
import { makeCanvas } from "../dom";
import { EdgePainter } from "./edgePainter";
import type { Picture } from "../pictures/picture";
import type { Pulses } from "./pulses";

export class Surface {
  readonly still = makeCanvas("stage-canvas");
  readonly moving = makeCanvas("stage-canvas");
  private readonly edges = new EdgePainter();
  private ratio = 1;

  resize(viewport: Viewport): void {
    this.ratio = globalThis.devicePixelRatio;
    for (const canvas of [this.still, this.moving]) {
      canvas.width = Math.max(1, Math.round(viewport.width * this.ratio));
      canvas.height = Math.max(1, Math.round(viewport.height * this.ratio));
    }
  }

  /** `presence` fades the edges in while cards are still gliding to their places. */
  paint(
    picture: Picture | null,
    view: View,
    viewport: Viewport,
    gridDot: string,
    options: { blocks: boolean; presence: number },
  ): void {
    const context = this.still.getContext("2d");
    if (context === null) return;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.still.width, this.still.height);
    paintDots(context, view, viewport.width, viewport.height, this.ratio, gridDot);
    if (picture === null) return;
    const visible = visibleWorld(view, viewport);
    this.enterWorld(context, view);
    paintFrames(context, picture, visible);
    if (options.presence > 0) {
      paintTies(context, picture, view, visible);
      this.edges.paint(context, picture, view, visible, options.presence);
    }
    if (options.blocks) paintBlocks(context, picture, view, visible);
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    paintDirections(context, picture, view);
  }

  paintPulses(pulses: Pulses, view: View, now: number): void {
    const context = this.moving.getContext("2d");
    if (context === null) return;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.moving.width, this.moving.height);
    this.enterWorld(context, view);
    pulses.paint(context, view, now);
  }

  private enterWorld(context: CanvasRenderingContext2D, view: View): void {
    const scale = view.scale * this.ratio;
    context.setTransform(scale, 0, 0, scale, view.x * this.ratio, view.y * this.ratio);
  }
}
