/** What painters draw on: a canvas, or a picture that is written as SVG (see svgDrawing.ts). */

/** A path that is filled or stroked later. */
export type Outline = Pick<
  Path2D,
  | "moveTo"
  | "lineTo"
  | "bezierCurveTo"
  | "quadraticCurveTo"
  | "rect"
  | "roundRect"
  | "arc"
  | "closePath"
>;

type Kept =
  | "fillStyle"
  | "strokeStyle"
  | "lineWidth"
  | "lineCap"
  | "lineJoin"
  | "globalAlpha"
  | "font"
  | "letterSpacing"
  | "textAlign"
  | "textBaseline"
  | "setTransform"
  | "setLineDash"
  | "beginPath"
  | "fillRect"
  | "measureText"
  | "createPattern";

export interface Drawing extends Pick<CanvasRenderingContext2D, Kept>, Outline {
  fill(outline?: Outline): void;
  stroke(outline?: Outline): void;
  fillText(text: string, x: number, y: number, maxWidth?: number): void;
  drawImage(image: HTMLCanvasElement, x: number, y: number, width: number, height: number): void;
  /** Where paths are of a kind of their own. */
  makeOutline?(): Outline;
}

export function makeOutline(drawing: Drawing): Outline {
  return drawing.makeOutline?.() ?? new Path2D();
}
