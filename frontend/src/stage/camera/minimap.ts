/** The whole graph in a corner, with the part that is in view: press or drag there to go there. */

import { visibleWorld, type View, type Viewport } from "./camera";
import type { Colors } from "../canvas/colors";
import { make, makeCanvas, setAttribute, setText } from "../dom";
import type { Geometry, Rect } from "../layout/geometry";

const largest: Viewport = { width: 176, height: 92 };
/** Folded it is a button. */
const foldedHeight = 36;
/** On stages smaller than this the map would cover what it is a map of. */
const smallStage: Viewport = { width: 480, height: 400 };
/** Cards with numbers need nearly all of a stage that is narrower than this. */
const narrowForNumbers = 900;
/** What it takes up of the stage's height while nobody has folded or unfolded it. */
export function roomOfMap(viewport: Viewport): number {
  return isSmall(viewport) ? foldedHeight : largest.height;
}

/** Seen by itself, a block is never thinner than this. */
const thinnestPixels = 1;

export class Minimap {
  private readonly root = make("div", "stage-map");
  private readonly canvas = makeCanvas("stage-map-blocks");
  private readonly window = make("div", "stage-map-window");
  private readonly fold = document.createElement("button");
  private painted: { geometry: Geometry; colors: Colors; scale: number } | null = null;
  private isFolded = false;
  /** Until a person folds or unfolds it, it is folded on a small stage. */
  private isChosen = false;

  /** `goTo` gets the point of the world that is to be in the middle. */
  constructor(
    host: HTMLElement,
    private readonly goTo: (x: number, y: number) => void,
  ) {
    const area = make("div", "stage-map-area");
    area.append(this.canvas, this.window);
    this.fold.type = "button";
    this.fold.className = "stage-map-fold";
    this.root.append(this.fold, area);
    this.root.hidden = true;
    host.append(this.root);
    area.addEventListener("pointerdown", (event) => this.press(area, event));
    area.addEventListener("pointermove", (event) => {
      if (area.hasPointerCapture(event.pointerId)) this.point(area, event);
    });
    this.fold.addEventListener("click", () => {
      this.isChosen = true;
      this.setFolded(!this.isFolded);
    });
    for (const kind of ["pointerdown", "dblclick"]) {
      this.root.addEventListener(kind, (event) => event.stopPropagation());
    }
    this.fold.setAttribute("aria-label", "Map of the graph");
  }

  /** Follows the camera; the blocks are painted anew only for another geometry or theme. */
  show(geometry: Geometry | null, colors: Colors, view: View, viewport: Viewport): void {
    const visible = visibleWorld(view, viewport);
    this.root.hidden = geometry === null || viewport.width < 260 || holds(visible, geometry.bounds);
    if (geometry === null || this.root.hidden) return;
    if (!this.isChosen) this.setFolded(isSmall(viewport) || needsAll(geometry, viewport));
    if (this.painted?.geometry !== geometry || this.painted.colors !== colors) {
      this.paint(geometry, colors);
    }
    this.placeWindow(visible, geometry.bounds);
  }

  private paint(geometry: Geometry, colors: Colors): void {
    const { bounds, scene } = geometry;
    const scale = Math.min(largest.width / bounds.width, largest.height / bounds.height);
    this.painted = { geometry, colors, scale };
    const ratio = globalThis.devicePixelRatio;
    const [width, height] = [bounds.width * scale, bounds.height * scale];
    this.canvas.width = Math.max(1, Math.round(width * ratio));
    this.canvas.height = Math.max(1, Math.round(height * ratio));
    this.canvas.style.width = `${String(width)}px`;
    this.canvas.style.height = `${String(height)}px`;
    const context = this.canvas.getContext("2d");
    if (context === null) return;
    const block = (rect: Rect | undefined, color: string): void => {
      if (rect === undefined) return;
      context.fillStyle = color;
      context.fillRect(
        (rect.x - bounds.x) * scale * ratio,
        (rect.y - bounds.y) * scale * ratio,
        Math.max(thinnestPixels, rect.width * scale * ratio),
        Math.max(thinnestPixels, rect.height * scale * ratio),
      );
    };
    for (const { index, kind } of scene.items) {
      const forward = kind === "input" ? colors.inkFaint : colors.forward;
      block(geometry.cards[index], kind === "loss" ? colors.ink : forward);
      block(geometry.gradientCards[index], colors.backward);
    }
  }

  private placeWindow(visible: Rect, bounds: Rect): void {
    const scale = this.painted?.scale ?? 1;
    const clamp = (value: number, most: number): number => Math.min(most, Math.max(0, value));
    const left = clamp((visible.x - bounds.x) * scale, bounds.width * scale);
    const top = clamp((visible.y - bounds.y) * scale, bounds.height * scale);
    const right = clamp((visible.x + visible.width - bounds.x) * scale, bounds.width * scale);
    const bottom = clamp((visible.y + visible.height - bounds.y) * scale, bounds.height * scale);
    const { style } = this.window;
    style.transform = `translate(${String(left)}px, ${String(top)}px)`;
    style.width = `${String(Math.max(4, right - left))}px`;
    style.height = `${String(Math.max(4, bottom - top))}px`;
  }

  private press(area: HTMLElement, event: PointerEvent): void {
    if (event.button !== 0) return;
    area.setPointerCapture(event.pointerId);
    this.point(area, event);
  }

  private point(area: HTMLElement, { clientX, clientY }: PointerEvent): void {
    if (this.painted === null) return;
    const { scale, geometry } = this.painted;
    const box = area.getBoundingClientRect();
    // The area may be shown larger than it is, where the type is.
    const zoom = box.width / area.offsetWidth;
    const { x, y } = geometry.bounds;
    this.goTo(x + (clientX - box.x) / zoom / scale, y + (clientY - box.y) / zoom / scale);
  }

  private setFolded(folded: boolean): void {
    this.isFolded = folded;
    this.root.classList.toggle("is-folded", folded);
    setText(this.fold, folded ? "▸ map" : "▾ map");
    setAttribute(this.fold, "aria-expanded", String(!folded));
    this.fold.title = folded ? "Show the map" : "Fold the map away";
  }
}

function isSmall({ width, height }: Viewport): boolean {
  return width < smallStage.width || height < smallStage.height;
}

function needsAll({ scene }: Geometry, { width }: Viewport): boolean {
  return width < narrowForNumbers && scene.items.some(({ numbers }) => numbers !== null);
}

function holds(outer: Rect, inner: Rect): boolean {
  return (
    outer.x <= inner.x &&
    outer.y <= inner.y &&
    outer.x + outer.width >= inner.x + inner.width &&
    outer.y + outer.height >= inner.y + inner.height
  );
}
