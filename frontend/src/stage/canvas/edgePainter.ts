/** Paints the edges of both halves on a canvas, many with one stroke. */

import type { View } from "../camera/camera";
import { intersects } from "../camera/camera";
import { makeOutline, type Drawing, type Outline } from "./drawing";
import { EdgeLabels } from "./edgeLabels";
import type { Path, Rect } from "../layout/geometry";
import { turnReach } from "../layout/measures";
import { middleOf, traceTurn, tracePath } from "../scene/paths";
import type { Picture } from "../pictures/picture";
import { currentItem, notYetWidth, widthOfFlow, widthOfNorm, type Flow } from "../flow/timing";

interface Stroke {
  readonly color: string | CanvasPattern;
  readonly width: number;
  readonly dash: readonly number[];
  readonly alpha: number;
}

interface Batch {
  readonly stroke: Stroke;
  readonly path: Outline;
}

const forwardWidth = 2;
const turnWidthAtLeast = 5;
/** Labels are written from this scale on. */
const labelScale = 0.5;

export class EdgePainter {
  private readonly batches = new Map<string, Batch>();
  private readonly labels = new EdgeLabels();
  private makePath = (): Outline => new Path2D();
  private scale = 1;
  private hatching: { color: string; pattern: CanvasPattern | null } | null = null;

  /** The context is already in world coordinates. */
  paint(context: Drawing, picture: Picture, view: View, visible: Rect, presence: number): void {
    this.makePath = () => makeOutline(context);
    this.batches.clear();
    this.labels.clear();
    this.scale = view.scale;
    this.collectForward(picture, visible);
    this.collectBackward(context, picture, visible);
    this.collectTurn(picture);
    for (const { stroke, path } of this.batches.values()) {
      context.globalAlpha = stroke.alpha * presence;
      context.strokeStyle = stroke.color;
      // An edge seen from far away is still there.
      context.lineWidth = Math.max(stroke.width, 0.9 / view.scale);
      context.setLineDash(stroke.dash as number[]);
      context.lineCap = stroke.dash.length > 0 && stroke.dash[0] === 0 ? "round" : "butt";
      context.stroke(path);
    }
    context.globalAlpha = 1;
    context.setLineDash([]);
    if (view.scale >= labelScale && presence === 1) this.labels.paint(context, picture);
  }

  private add(name: string, stroke: Stroke, path: Path, picture: Picture): void {
    tracePath(this.batch(name, stroke).path, path, picture.geometry.orientation);
  }

  /** An edge aside of what is traced is hardly there; false where it is not aside. */
  private addAside(
    half: "forward" | "backward",
    index: number,
    path: Path,
    picture: Picture,
  ): boolean {
    if (picture.traced === null || picture.traced[half].has(index)) return false;
    const { lineStrong: color } = picture.colors;
    this.add("aside", { color, width: 1, dash: [], alpha: 0.5 }, path, picture);
    return true;
  }

  private batch(name: string, stroke: Stroke): Batch {
    const known = this.batches.get(name);
    if (known !== undefined) return known;
    const batch = { stroke, path: this.makePath() };
    this.batches.set(name, batch);
    return batch;
  }

  private collectForward(picture: Picture, visible: Rect): void {
    const { geometry, timing, playhead, colors, around } = picture;
    const now = currentItem(timing, playhead);
    const isForward = picture.tape.structure.events[playhead - 1]?.kind === "forward_op";
    for (const edge of geometry.scene.forward) {
      const path = geometry.forwardPaths[edge.index];
      const box = picture.edges.forwardBounds[edge.index];
      if (path === undefined || box === undefined || !intersects(box, visible)) continue;
      if (this.addAside("forward", edge.index, path, picture)) continue;
      if (around.forward.has(edge.index))
        this.emphasise(colors.forward, forwardWidth, path, picture);
      const lit = playhead >= (timing.begins[edge.to] as number);
      const current = isForward && lit && edge.to === now;
      if (!lit) {
        const stroke = { color: colors.lineStrong, width: notYetWidth, dash: [], alpha: 0.75 };
        this.add("forward-later", stroke, path, picture);
      } else {
        const width = current ? forwardWidth + 1.5 : forwardWidth;
        const stroke = { color: colors.forward, width, dash: [], alpha: 1 };
        this.add(current ? "forward-now" : "forward", stroke, path, picture);
      }
      if (edge.uses > 1) this.labels.addEnd(path, `×${String(edge.uses)}`, colors.forward);
    }
  }

  private collectBackward(context: Drawing, picture: Picture, visible: Rect): void {
    const { geometry, timing, playhead, colors, around } = picture;
    for (const edge of geometry.scene.backward) {
      const path = geometry.backwardPaths[edge.index];
      const box = picture.edges.backwardBounds[edge.index];
      if (path === undefined || box === undefined || !intersects(box, visible)) continue;
      if (this.addAside("backward", edge.index, path, picture)) continue;
      const flow = timing.flows[edge.index] as Flow;
      const arrives = timing.arrives[edge.index] as number;
      const lit = arrives >= 0 && arrives <= playhead;
      if (around.backward.has(edge.index)) {
        this.emphasise(
          colors.backward,
          lit ? widthOfFlow(flow, timing.powers) : notYetWidth,
          path,
          picture,
        );
      }
      if (flow.kind === "unreached") {
        this.add(
          "unreached",
          { color: colors.inkFaint, width: 1.25, dash: [3, 6], alpha: 0.55 },
          path,
          picture,
        );
      } else if (!lit) {
        const stroke = { color: colors.backward, width: notYetWidth, dash: [], alpha: 0.22 };
        this.add("backward-later", stroke, path, picture);
      } else this.addFlow(context, flow, path, picture, arrives === playhead);
      if (lit) this.labels.addArrival(edge, path, picture);
    }
  }

  private addFlow(
    context: Drawing,
    flow: Flow,
    path: Path,
    picture: Picture,
    current: boolean,
  ): void {
    const { colors } = picture;
    switch (flow.kind) {
      case "unreached":
        return;
      case "zero":
        this.add(
          "zero",
          { color: colors.inkFaint, width: 1.25, dash: [], alpha: 1 },
          path,
          picture,
        );
        this.crossOut(path, picture);
        this.labels.addMiddle(path, "0", colors.inkFaint, picture);
        return;
      case "not-finite": {
        const pattern = this.hatchPattern(context, colors.danger);
        const base = { color: colors.danger, width: 9, dash: [], alpha: 0.22 };
        this.add("not-finite-base", base, path, picture);
        this.add("not-finite", { color: pattern, width: 9, dash: [], alpha: 1 }, path, picture);
        this.labels.addMiddle(path, "NaN", colors.danger, picture);
        return;
      }
      case "value": {
        const width = Math.round(widthOfFlow(flow, picture.timing.powers) * 2) / 2;
        if (current) {
          const glow = { color: colors.backward, width: width + 7, dash: [], alpha: 0.22 };
          this.add(`glow-${String(width)}`, glow, path, picture);
        }
        const stroke = { color: colors.backward, width, dash: [], alpha: 1 };
        this.add(`backward-${String(width)}`, stroke, path, picture);
      }
    }
  }

  private collectTurn(picture: Picture): void {
    const { geometry, timing, playhead, colors } = picture;
    if (geometry.turn === null) return;
    const isAside = picture.traced?.gradientCards.has(geometry.scene.loss) === false;
    const lit = !isAside && timing.turns >= 0 && playhead >= timing.turns;
    const width = Math.max(turnWidthAtLeast, widthOfNorm(1, timing.powers));
    const path = this.makePath();
    traceTurn(path, geometry.turn, geometry.orientation, turnReach);
    const stroke = {
      color: lit ? colors.backward : colors.lineStrong,
      width,
      dash: [],
      alpha: lit ? 1 : 0.6,
    };
    this.batches.set("turn", { stroke, path });
  }

  private emphasise(color: string, width: number, path: Path, picture: Picture): void {
    const name = `emphasis-${color}-${String(Math.round(width))}`;
    this.add(name, { color, width: width + 9, dash: [], alpha: 0.18 }, path, picture);
  }

  /** Two strokes across the middle of a dead edge, as where a wire is cut; seen from afar too. */
  private crossOut(path: Path, { colors, geometry }: Picture): void {
    const { x, y, along } = middleOf(path, geometry.orientation);
    const reach = Math.min(26, Math.max(5.5, 4 / this.scale));
    const stroke = { color: colors.inkSoft, width: 1.75, dash: [], alpha: 1 };
    const { path: marks } = this.batch("zero-marks", stroke);
    for (const offset of [-0.35 * reach, 0.35 * reach]) {
      const [atX, atY] = [x + along[0] * offset, y + along[1] * offset];
      marks.moveTo(atX - along[1] * reach, atY + along[0] * reach);
      marks.lineTo(atX + along[1] * reach, atY - along[0] * reach);
    }
  }

  /** Diagonal stripes, made once per colour. */
  private hatchPattern(context: Drawing, color: string): CanvasPattern | string {
    if (this.hatching?.color !== color) {
      const tile = document.createElement("canvas");
      tile.width = tile.height = 6;
      const pen = tile.getContext("2d");
      if (pen !== null) {
        pen.strokeStyle = color;
        pen.lineWidth = 2;
        pen.beginPath();
        for (const x of [-6, 0, 6]) {
          pen.moveTo(x, 6);
          pen.lineTo(x + 6, 0);
        }
        pen.stroke();
      }
      this.hatching = { color, pattern: context.createPattern(tile, "repeat") };
    }
    return this.hatching.pattern ?? color;
  }
}
