/** Paints the small heatmaps of cards when they come into view: a few per frame, never twice. */

import { cornerOf, gridOf, type GridLimits } from "../../draw/grid";
import { drawHeatmap } from "../../draw/heatmap";
import type { Palette } from "../../draw/palette";
import { valuesOf, type Tape } from "../../model/tape";
import type { Size } from "../layout/measures";

/** Milliseconds of a frame that painting heatmaps may take; the rest waits for the next frame. */
const budgetMilliseconds = 7;
/** From this scale on the numbers themselves are written. */
export const numbersScale = 1.9;
/** Cells of cards are about so many pixels wide: a pattern that can be seen, not noise. */
const cellSize = 4.4;
const cornerLimits: GridLimits = { rows: 4, columns: 5 };

interface Job {
  readonly canvas: HTMLCanvasElement;
  readonly tensor: number;
  readonly size: Size;
}

export class HeatmapQueue {
  private readonly painted = new WeakMap<HTMLCanvasElement, string>();
  private readonly waiting = new Map<HTMLCanvasElement, Job>();
  private version = 0;
  private tape: Tape | null = null;
  private palette: Palette | null = null;
  private zoom = 1;
  private withNumbers = false;

  /** What is painted from now on; earlier paintings are stale if anything differs. */
  prepare(tape: Tape, palette: Palette, scale: number): void {
    const zoom = scale <= 1 ? 1 : scale <= 1.6 ? 1.6 : scale <= 2.6 ? 2.6 : 4;
    const withNumbers = scale >= numbersScale;
    const same = this.tape === tape && this.palette === palette;
    if (same && this.zoom === zoom && this.withNumbers === withNumbers) return;
    [this.tape, this.palette, this.zoom, this.withNumbers] = [tape, palette, zoom, withNumbers];
    this.version += 1;
  }

  /** Asks for a canvas to show a tensor; null clears it. */
  request(canvas: HTMLCanvasElement, tensor: number | null, size: Size): void {
    const name = tensor === null ? "" : `${String(this.version)}:${String(tensor)}`;
    if (this.painted.get(canvas) === name) return;
    this.painted.set(canvas, name);
    if (tensor === null) {
      this.waiting.delete(canvas);
      canvas.width = 0;
    } else this.waiting.set(canvas, { canvas, tensor, size });
  }

  /** Paints what the budget allows; true if more is waiting. */
  paint(): boolean {
    const until = performance.now() + budgetMilliseconds;
    for (const job of this.waiting.values()) {
      this.waiting.delete(job.canvas);
      this.paintOne(job);
      if (performance.now() > until) break;
    }
    return this.waiting.size > 0;
  }

  private paintOne({ canvas, tensor, size }: Job): void {
    const { tape, palette } = this;
    const stored = tape === null ? null : valuesOf(tape, tensor);
    if (stored === null || palette === null) {
      canvas.width = 0;
      return;
    }
    const numbers = this.withNumbers && size.height > 30;
    const limits = {
      rows: Math.max(2, Math.floor(size.height / cellSize)),
      columns: Math.floor(size.width / cellSize),
    };
    const grid = numbers
      ? cornerOf(stored.values, stored.shape, cornerLimits)
      : gridOf(stored.values, stored.shape, limits);
    drawHeatmap(canvas, grid, {
      palette,
      ...size,
      pixelRatio: globalThis.devicePixelRatio * this.zoom,
      numbers,
    });
  }
}
