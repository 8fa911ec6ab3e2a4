/** Paints the legend of a flow map: its colours in a row, and samples of its textures. */

import type { CellKind } from "../model/flowOverTime";
import type { FlowScale } from "../model/flowScale";
import { readFlowColors } from "./flowHeatmap";
import { buildPatterns } from "./patterns";
import { penOn } from "./pen";

export function drawFlowLegend(canvas: HTMLCanvasElement, scale: FlowScale): void {
  const context = penOn(canvas, { width: canvas.clientWidth, height: canvas.clientHeight });
  if (context === null) return;
  const { at } = readFlowColors(canvas);
  const width = canvas.clientWidth;
  // From 0 to 1 on a ramp; around a band from -1 to 1, with the band a third of all.
  const placeOf = (share: number): number => {
    if (scale.kind === "ramp") return share;
    const thirds = share * 3 - 1;
    return thirds < 0 ? thirds : Math.max(0, thirds - 1);
  };
  for (let x = 0; x < width; x += 1) {
    context.fillStyle = at(scale, placeOf(x / Math.max(1, width - 1)));
    context.fillRect(x, 0, 1, canvas.clientHeight);
  }
}

export function drawTexture(canvas: HTMLCanvasElement, kind: CellKind): void {
  const context = penOn(canvas, { width: canvas.clientWidth, height: canvas.clientHeight });
  if (context === null) return;
  const { ground, faint, danger } = readFlowColors(canvas);
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  context.fillStyle = ground;
  context.fillRect(0, 0, width, height);
  if (kind === "absent") {
    context.strokeStyle = faint;
    context.setLineDash([3, 3]);
    context.beginPath();
    context.moveTo(0, height / 2);
    context.lineTo(width, height / 2);
    context.stroke();
    return;
  }
  const patterns = buildPatterns(context, globalThis.devicePixelRatio, { zero: faint, danger });
  context.fillStyle = kind === "zero" ? patterns.zero : patterns.notFinite;
  context.fillRect(0, 0, width, height);
}
