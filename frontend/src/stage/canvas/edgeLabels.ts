/** Words beside edges: how often a value is used, what arrives for a sum, and what is dead. */

import { formatNumber } from "../../model/format";
import { mostArrivalsTold } from "../../model/sideBySide";
import { statisticsOf } from "../../model/tape";
import type { Drawing } from "./drawing";
import type { Path } from "../layout/geometry";
import { middleOf } from "../scene/paths";
import type { Picture } from "../pictures/picture";
import type { BackwardEdge } from "../scene/sceneEdges";

interface EdgeLabel {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly color: string;
  readonly align: "left" | "center" | "right";
  /** Where it is wider than this, cards would cover it: it is left to pointing then. */
  readonly room?: number;
}

const shortestPiece = 16;

export class EdgeLabels {
  private labels: EdgeLabel[] = [];
  /** Cards at which so much arrives that only its count is told, once. */
  private readonly counted = new Set<number>();

  clear(): void {
    this.labels = [];
    this.counted.clear();
  }

  addMiddle(path: Path, text: string, color: string, { geometry }: Picture): void {
    const { x, y } = middleOf(path, geometry.orientation);
    const horizontal = geometry.orientation === "horizontal";
    const place = horizontal ? { x, y: y - 15 } : { x: x + 12, y };
    this.labels.push({ ...place, text, color, align: horizontal ? "center" : "left" });
  }

  addEnd(path: Path, text: string, color: string): void {
    const [x, y] = [path.at(-2) as number, path.at(-1) as number];
    this.labels.push({ x: x - 14, y: y - 11, text, color, align: "center" });
  }

  /** What arrives along one of the edges that are summed, next to where it arrives. */
  addArrival(edge: BackwardEdge, path: Path, picture: Picture): void {
    const arrivals = picture.edges.arrivals[edge.to] as number;
    if (arrivals < 2) return;
    if (arrivals <= mostArrivalsTold) this.placeArrival(partsOf(edge, picture), path, picture);
    else if (!this.counted.has(edge.to)) {
      this.counted.add(edge.to);
      this.placeArrival(`${String(arrivals)} arrivals`, path, picture);
    }
  }

  private placeArrival(text: string, path: Path, picture: Picture): void {
    if (text === "") return;
    const [fromX, fromY, x, y] = arrivalOf(path);
    const label = { text, color: picture.colors.backward };
    const bends = fromX !== x && fromY !== y;
    // A curve that comes straight from its card has no lane to write at, only the gap before it.
    const direct = bends && path[0] === fromX && path[1] === fromY;
    if (picture.geometry.orientation === "horizontal") {
      const start = direct ? fromX - 6 : bends ? fromX + 4 : x + 13;
      const side = direct ? "right" : "left";
      const place = { x: start, y: bends ? fromY + 13 : y - 13, align: side } as const;
      this.labels.push({ ...label, ...place, ...(bends ? {} : { room: fromX - start }) });
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

  /** The context is in world coordinates. */
  paint(context: Drawing, { colors }: Picture): void {
    context.font = "600 11px system-ui, sans-serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (const { x: at, y, text, color, align, room = Infinity } of this.labels) {
      const width = context.measureText(text).width + 8;
      if (width - 4 > room) continue;
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
}

/** `0.31`, or `6 + 6` where one edge of the stage stands for two of the tape: norms do not add. */
function partsOf({ edges, of }: BackwardEdge, { tape }: Picture): string {
  const norms = edges.flatMap((id) => {
    const edge = tape.structure.edges[id];
    const tensor = edge?.of === of ? (edge?.tensor ?? null) : null;
    const statistics = tensor === null ? null : statisticsOf(tape, tensor);
    return statistics === null || statistics.non_finite > 0 ? [] : [statistics.l2_norm];
  });
  return norms.map((norm) => formatNumber(norm, 3)).join(" + ");
}

/** The last piece of a path; the one before where the last only reaches from column to card. */
function arrivalOf(path: Path): [number, number, number, number] {
  const at = (index: number): number => path[index] as number;
  let end = path.length;
  const last = Math.hypot(at(end - 2) - at(end - 4), at(end - 1) - at(end - 3));
  if (last < shortestPiece && end > 4) end -= 2;
  return [at(end - 4), at(end - 3), at(end - 2), at(end - 1)];
}
