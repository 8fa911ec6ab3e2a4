/** The shapes of edges: straight along a row, curved where the row changes, a bow at the loss. */

import type { Path, Rect } from "../layout/geometry";
import type { Orientation } from "../layout/measures";

/** What a path is drawn into: a canvas' path, or a list of points. */
export interface Pen {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  bezierCurveTo(ax: number, ay: number, bx: number, by: number, x: number, y: number): void;
}

export function tracePath(pen: Pen, path: Path, orientation: Orientation): void {
  pen.moveTo(path[0] as number, path[1] as number);
  for (let i = 2; i < path.length; i += 2) {
    const [fromX, fromY] = [path[i - 2] as number, path[i - 1] as number];
    const [x, y] = [path[i] as number, path[i + 1] as number];
    if (fromX === x || fromY === y) pen.lineTo(x, y);
    else if (orientation === "horizontal") {
      const middle = (fromX + x) / 2;
      pen.bezierCurveTo(middle, fromY, middle, y, x, y);
    } else {
      const middle = (fromY + y) / 2;
      pen.bezierCurveTo(fromX, middle, x, middle, x, y);
    }
  }
}

/** The middle of a path's middle piece, and the way the path runs there, of length 1. */
export function middleOf(
  path: Path,
  orientation: Orientation,
): { x: number; y: number; along: readonly [number, number] } {
  const i = 2 * Math.floor((path.length / 2 - 1) / 2);
  const at = (k: number): number => path[i + k] as number;
  let [dx, dy] = [at(2) - at(0), at(3) - at(1)];
  // Halfway along its bow, a curve runs twice as steeply as the line between its ends.
  if (dx !== 0 && dy !== 0) [dx, dy] = orientation === "horizontal" ? [dx, 2 * dy] : [2 * dx, dy];
  const length = Math.hypot(dx, dy);
  return {
    x: at(0) + (at(2) - at(0)) / 2,
    y: at(1) + (at(3) - at(1)) / 2,
    along: length === 0 ? [1, 0] : [dx / length, dy / length],
  };
}

/** The tape turns around: a bow from the loss to its gradient on the other side. */
export function traceTurn(pen: Pen, turn: Path, orientation: Orientation, reach: number): void {
  const [fromX, fromY, x, y] = turn as unknown as [number, number, number, number];
  pen.moveTo(fromX, fromY);
  if (orientation === "horizontal") {
    const far = Math.max(fromX, x) + reach;
    pen.bezierCurveTo(far, fromY, far, y, x, y);
  } else {
    const far = Math.max(fromY, y) + reach;
    pen.bezierCurveTo(fromX, far, x, far, x, y);
  }
}

/** Collects points close enough together to walk along a path by its length. */
export class PointPen implements Pen {
  readonly points: number[] = [];
  private x = 0;
  private y = 0;

  moveTo(x: number, y: number): void {
    this.add(x, y);
  }

  lineTo(x: number, y: number): void {
    this.add(x, y);
  }

  bezierCurveTo(ax: number, ay: number, bx: number, by: number, x: number, y: number): void {
    const [fromX, fromY] = [this.x, this.y];
    const steps = 16;
    for (let step = 1; step <= steps; step++) {
      const t = step / steps;
      const s = 1 - t;
      const [p, q, r, u] = [s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t];
      this.add(p * fromX + q * ax + r * bx + u * x, p * fromY + q * ay + r * by + u * y);
    }
  }

  private add(x: number, y: number): void {
    this.points.push(x, y);
    [this.x, this.y] = [x, y];
  }
}

/** A path as short straight pieces, with the length up to each point. */
export class Polyline {
  readonly lengths: number[] = [0];

  constructor(readonly points: readonly number[]) {
    for (let i = 2; i < points.length; i += 2) {
      const dx = (points[i] as number) - (points[i - 2] as number);
      const dy = (points[i + 1] as number) - (points[i - 1] as number);
      this.lengths.push((this.lengths.at(-1) as number) + Math.hypot(dx, dy));
    }
  }

  get length(): number {
    return this.lengths.at(-1) as number;
  }

  /** The point at this distance from the start. */
  pointAt(distance: number): { x: number; y: number } {
    const { points, lengths } = this;
    let i = 1;
    while (i < lengths.length - 1 && (lengths[i] as number) < distance) i++;
    const [before, after] = [lengths[i - 1] as number, lengths[i] ?? 0];
    const share =
      after > before ? Math.min(1, Math.max(0, (distance - before) / (after - before))) : 0;
    const at = (k: number): number =>
      (points[2 * i - 2 + k] as number) +
      ((points[2 * i + k] ?? (points[2 * i - 2 + k] as number)) -
        (points[2 * i - 2 + k] as number)) *
        share;
    return { x: at(0), y: at(1) };
  }

  /** Distance of a point from the path. */
  distanceTo(x: number, y: number): number {
    let nearest = Infinity;
    for (let i = 2; i < this.points.length; i += 2) {
      const [ax, ay] = [this.points[i - 2] as number, this.points[i - 1] as number];
      const [dx, dy] = [(this.points[i] as number) - ax, (this.points[i + 1] as number) - ay];
      const squared = dx * dx + dy * dy;
      const along = squared === 0 ? 0 : ((x - ax) * dx + (y - ay) * dy) / squared;
      const share = Math.min(1, Math.max(0, along));
      nearest = Math.min(nearest, Math.hypot(x - ax - share * dx, y - ay - share * dy));
    }
    return nearest;
  }
}

export function polylineOf(path: Path, orientation: Orientation): Polyline {
  const pen = new PointPen();
  tracePath(pen, path, orientation);
  return new Polyline(pen.points);
}

export function boundsOfPath(path: Path): Rect {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < path.length; i += 2) {
    left = Math.min(left, path[i] as number);
    right = Math.max(right, path[i] as number);
    top = Math.min(top, path[i + 1] as number);
    bottom = Math.max(bottom, path[i + 1] as number);
  }
  return { x: left - 8, y: top - 8, width: right - left + 16, height: bottom - top + 16 };
}
