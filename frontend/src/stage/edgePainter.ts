/** Paints the edges of both halves on a canvas, many with one stroke. */

import { formatNumber } from "../model/format";
import type { View } from "./camera";
import { intersects } from "./camera";
import { makeOutline, type Drawing, type Outline } from "./drawing";
import type { Path, Rect } from "./geometry";
import { turnReach } from "./measures";
import { traceTurn, tracePath } from "./paths";
import type { Picture } from "./picture";
import { currentItem, widthOfNorm, type Flow } from "./timing";

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

interface EdgeLabel {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly color: string;
  readonly align: "left" | "center" | "right";
}

const forwardWidth = 2;
const notYetWidth = 1.5;
const turnWidthAtLeast = 5;
/** Labels are written from this scale on. */
const labelScale = 0.5;
const shortestPiece = 16;

export class EdgePainter {
  private readonly batches = new Map<string, Batch>();
  private labels: EdgeLabel[] = [];
  private makePath = (): Outline => new Path2D();
  private hatching: { color: string; pattern: CanvasPattern | null } | null = null;

  /** The context is already in world coordinates. */
  paint(context: Drawing, picture: Picture, view: View, visible: Rect, presence: number): void {
    this.makePath = () => makeOutline(context);
    this.batches.clear();
    this.labels = [];
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
    if (view.scale >= labelScale && presence === 1) this.writeLabels(context, picture);
  }

  private add(name: string, stroke: Stroke, path: Path, picture: Picture): void {
    let batch = this.batches.get(name);
    if (batch === undefined) {
      batch = { stroke, path: this.makePath() };
      this.batches.set(name, batch);
    }
    tracePath(batch.path, path, picture.geometry.orientation);
  }

  private collectForward(picture: Picture, visible: Rect): void {
    const { geometry, timing, playhead, colors, around } = picture;
    const now = currentItem(timing, playhead);
    const isForward = picture.tape.structure.events[playhead - 1]?.kind === "forward_op";
    for (const edge of geometry.scene.forward) {
      const path = geometry.forwardPaths[edge.index];
      const box = picture.edges.forwardBounds[edge.index];
      if (path === undefined || box === undefined || !intersects(box, visible)) continue;
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
      if (edge.uses > 1) this.labelEnd(path, `×${String(edge.uses)}`, colors.forward);
    }
  }

  private collectBackward(context: Drawing, picture: Picture, visible: Rect): void {
    const { geometry, timing, playhead, colors, around } = picture;
    for (const edge of geometry.scene.backward) {
      const path = geometry.backwardPaths[edge.index];
      const box = picture.edges.backwardBounds[edge.index];
      if (path === undefined || box === undefined || !intersects(box, visible)) continue;
      const flow = timing.flows[edge.index] as Flow;
      const arrives = timing.arrives[edge.index] as number;
      const lit = arrives >= 0 && arrives <= playhead;
      if (around.backward.has(edge.index)) {
        this.emphasise(colors.backward, lit ? widthOfFlow(flow) : notYetWidth, path, picture);
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
      if (lit && (picture.edges.arrivals[edge.to] as number) > 1) {
        this.labelArrival(flow, path, picture);
      }
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
          { color: colors.inkFaint, width: 2, dash: [0, 5.5], alpha: 0.9 },
          path,
          picture,
        );
        this.labelMiddle(path, "0", colors.inkFaint, picture);
        return;
      case "not-finite": {
        const pattern = this.hatchPattern(context, colors.danger);
        const base = { color: colors.danger, width: 9, dash: [], alpha: 0.22 };
        this.add("not-finite-base", base, path, picture);
        this.add("not-finite", { color: pattern, width: 9, dash: [], alpha: 1 }, path, picture);
        this.labelMiddle(path, "NaN", colors.danger, picture);
        return;
      }
      case "value": {
        const width = Math.round(widthOfFlow(flow) * 2) / 2;
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
    const lit = timing.turns >= 0 && playhead >= timing.turns;
    const width = Math.max(turnWidthAtLeast, widthOfNorm(1));
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

  private labelMiddle(path: Path, text: string, color: string, picture: Picture): void {
    const i = 2 * Math.floor((path.length / 2 - 1) / 2);
    const x = ((path[i] as number) + (path[i + 2] as number)) / 2;
    const y = ((path[i + 1] as number) + (path[i + 3] as number)) / 2;
    const horizontal = picture.geometry.orientation === "horizontal";
    const place = horizontal ? { x, y: y - 12 } : { x: x + 8, y };
    this.labels.push({ ...place, text, color, align: horizontal ? "center" : "left" });
  }

  private labelEnd(path: Path, text: string, color: string): void {
    const [x, y] = [path.at(-2) as number, path.at(-1) as number];
    this.labels.push({ x: x - 14, y: y - 11, text, color, align: "center" });
  }

  /** The size of one of several gradients that are summed, next to where it arrives. */
  private labelArrival(flow: Flow, path: Path, picture: Picture): void {
    if (flow.kind !== "value") return;
    const [fromX, fromY, x, y] = arrivalOf(path);
    const label = { text: formatNumber(flow.norm, 3), color: picture.colors.backward };
    const bends = fromX !== x && fromY !== y;
    // A curve that comes straight from its card has no lane to write at, only the gap before it.
    const direct = bends && path[0] === fromX && path[1] === fromY;
    if (picture.geometry.orientation === "horizontal") {
      const start = direct ? fromX - 6 : bends ? fromX + 4 : x + 13;
      const side = direct ? "right" : "left";
      this.labels.push({ ...label, x: start, y: bends ? fromY + 13 : y - 13, align: side });
    } else {
      const start = direct ? fromY - 14 : bends ? fromY + 12 : y + 20;
      // A lane may run at the very border of the picture: its label stands inside of it.
      const lane = bends && !direct;
      const place = lane
        ? { x: fromX - 8, align: "right" as const }
        : { x: (bends ? fromX : x) + 8, align: "left" as const };
      this.labels.push({ ...label, ...place, y: start });
    }
  }

  private writeLabels(context: Drawing, { colors }: Picture): void {
    context.font = "600 11px system-ui, sans-serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (const { x: at, y, text, color, align } of this.labels) {
      const width = context.measureText(text).width + 8;
      const x = at + { left: width / 2, center: 0, right: -width / 2 }[align];
      context.globalAlpha = 0.88;
      context.fillStyle = colors.surface;
      context.beginPath();
      context.roundRect(x - width / 2, y - 8, width, 16, 8);
      context.fill();
      context.globalAlpha = 1;
      context.fillStyle = color;
      context.fillText(text, x, y + 0.5);
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

/** The last piece of a path; the one before where the last only reaches from column to card. */
function arrivalOf(path: Path): [number, number, number, number] {
  const at = (index: number): number => path[index] as number;
  let end = path.length;
  const last = Math.hypot(at(end - 2) - at(end - 4), at(end - 1) - at(end - 3));
  if (last < shortestPiece && end > 4) end -= 2;
  return [at(end - 4), at(end - 3), at(end - 2), at(end - 1)];
}

export function widthOfFlow(flow: Flow): number {
  switch (flow.kind) {
    case "value":
      return widthOfNorm(flow.norm);
    case "not-finite":
      return 9;
    case "zero":
    case "unreached":
      return notYetWidth;
  }
}
