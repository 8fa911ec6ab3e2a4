/** Brings a picture onto the screen: canvases below, cards above, and pulses along the edges. */

import { visibleWorld, type View, type Viewport } from "../camera/camera";
import { readColors, type Colors } from "./colors";
import { make } from "../dom";
import { countVisible, ElementPool } from "../cards/elementPool";
import type { Rect } from "../layout/geometry";
import { HeatmapQueue } from "../cards/heatmapQueue";
import type { Picture } from "../pictures/picture";
import { Pulses } from "./pulses";
import { Surface } from "./surface";

/** Below this scale, or with more cards in view than this, cards are painted as blocks. */
export const cardsScale = 0.4;
const mostCards = 320;
/** Below this scale the grids of numbers are only colours: nobody could read them. */
const numbersScale = 0.55;

export class Painter {
  colors: Colors;
  showsBlocks = false;
  private readonly surface = new Surface();
  private readonly world = make("div", "stage-world");
  private readonly pool = new ElementPool(this.world);
  private readonly heatmaps = new HeatmapQueue();
  private readonly pulses = new Pulses();
  private readonly stillness = matchMedia("(prefers-reduced-motion: reduce)");
  private viewport: Viewport = { width: 0, height: 0 };

  constructor(private readonly root: HTMLElement) {
    root.append(this.surface.still, this.surface.moving, this.world);
    this.colors = readColors(root);
  }

  /** Whether the person asked for no movement. */
  get isStill(): boolean {
    return this.stillness.matches;
  }

  get isPulsing(): boolean {
    return this.pulses.running;
  }

  /** Whether an element is the ground between the cards. */
  isGround(target: Element): boolean {
    return (
      target === this.root || target === this.world || target.classList.contains("stage-canvas")
    );
  }

  refreshTheme(): void {
    this.colors = readColors(this.root);
  }

  resize(viewport: Viewport): void {
    this.viewport = viewport;
    this.surface.resize(viewport);
  }

  /** Starts the pulses of the picture's playhead; null stops all. */
  pulse(picture: Picture | null): void {
    if (picture === null || this.isStill) this.pulses.stop();
    else this.pulses.start(picture, performance.now());
  }

  /** Paints; true if heatmaps are left for the next frame. `share` is how far a change of layout is. */
  paint(picture: Picture | null, view: View, share: number): boolean {
    const visible = visibleWorld(view, this.viewport);
    this.showsBlocks =
      picture !== null && (view.scale < cardsScale || countVisible(picture, visible) > mostCards);
    const presence = share === 1 ? 1 : Math.max(0, share - 0.7) / 0.3;
    const options = { blocks: this.showsBlocks, presence };
    this.surface.paint(picture, view, this.viewport, this.colors.gridDot, options);
    if (picture === null || this.showsBlocks) {
      this.pool.clear();
      return false;
    }
    this.world.classList.toggle("is-far", view.scale < numbersScale);
    this.world.style.transform = `translate(${String(view.x)}px, ${String(view.y)}px) scale(${String(view.scale)})`;
    this.heatmaps.prepare(picture.tape, this.colors.palette, view.scale);
    this.pool.show(picture, withNeighbours(picture, visible), this.heatmaps);
    return this.heatmaps.paint();
  }

  paintPulses(view: View, now: number): void {
    this.surface.paintPulses(this.pulses, view, now);
  }
}

/** Cards with numbers stand far apart: the next one is there already when the Tab key wants it. */
function withNeighbours({ geometry }: Picture, visible: Rect): Rect {
  if (!geometry.scene.items.some((item) => item.numbers !== null)) return visible;
  const { x, y, width, height } = visible;
  return { x: x - width / 2, y: y - height / 2, width: 2 * width, height: 2 * height };
}
