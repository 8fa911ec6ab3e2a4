/** Paints what lies behind the edges: the dotted ground, frames, ties, and the names of the halves. */

import type { View } from "../camera/camera";
import { intersects } from "../camera/camera";
import { makeOutline, type Drawing } from "./drawing";
import type { Rect } from "../layout/geometry";
import type { Picture } from "../pictures/picture";

const dotDistance = 24;

/** A ground of dots that moves and grows with the world; coarser when far away. */
export function paintDots(
  context: Drawing,
  view: View,
  width: number,
  height: number,
  ratio: number,
  color: string,
): void {
  let distance = dotDistance * view.scale;
  while (distance < 14) distance *= 2;
  while (distance > 56) distance /= 2;
  const size = Math.max(1, Math.round(1.25 * ratio));
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = color;
  const first = (offset: number): number => ((offset % distance) + distance) % distance;
  for (let x = first(view.x); x < width; x += distance) {
    for (let y = first(view.y); y < height; y += distance) {
      context.fillRect(Math.round(x * ratio), Math.round(y * ratio), size, size);
    }
  }
}

export function paintFrames(context: Drawing, picture: Picture, visible: Rect): void {
  const { geometry, colors } = picture;
  // Outer frames come first in the scene, so inner ones lie on top.
  for (const [index, frame] of geometry.frames.entries()) {
    paintFrame(context, frame, visible, colors.surfaceSunken, colors.forward);
    const gradient = geometry.gradientFrames[index];
    if (gradient !== undefined) {
      paintFrame(context, gradient, visible, colors.surfaceSunken, colors.backward);
    }
  }
}

function paintFrame(
  context: Drawing,
  frame: Rect,
  visible: Rect,
  fill: string,
  border: string,
): void {
  if (!intersects(frame, visible)) return;
  context.beginPath();
  context.roundRect(frame.x, frame.y, frame.width, frame.height, 14);
  context.globalAlpha = 0.5;
  context.fillStyle = fill;
  context.fill();
  context.globalAlpha = 0.35;
  context.strokeStyle = border;
  context.lineWidth = 1;
  context.stroke();
  context.globalAlpha = 1;
}

/** Dotted lines from each forward card (or its last chip) to its gradient card. */
export function paintTies(context: Drawing, picture: Picture, view: View, visible: Rect): void {
  const { geometry, colors, spot, traced } = picture;
  if (view.scale < 0.25) return;
  const path = makeOutline(context);
  const chosen = makeOutline(context);
  for (const item of geometry.scene.items) {
    const card = geometry.cards[item.index] as Rect;
    const gradient = geometry.gradientCards[item.index];
    if (item.kind === "loss" || gradient === undefined) continue;
    if (traced?.gradientCards.has(item.index) === false) continue;
    const last = geometry.chips[item.index]?.at(-1) ?? card;
    const target = spot.cards.has(item.index) || spot.gradientCards.has(item.index) ? chosen : path;
    const box = tieBox(card, gradient);
    if (!intersects(box, visible)) continue;
    if (geometry.orientation === "horizontal") {
      const x = card.x + card.width / 2;
      target.moveTo(x, last.y + last.height + 6);
      target.lineTo(x, gradient.y - 6);
    } else {
      const y = card.y + card.height / 2;
      target.moveTo(last.x + last.width + 6, y);
      target.lineTo(gradient.x - 6, y);
    }
  }
  context.setLineDash([0, 5]);
  context.lineCap = "round";
  context.lineWidth = 1.75;
  context.strokeStyle = colors.lineStrong;
  context.stroke(path);
  context.strokeStyle = colors.inkSoft;
  context.stroke(chosen);
  context.setLineDash([]);
  context.lineCap = "butt";
}

function tieBox(card: Rect, gradient: Rect): Rect {
  const [x, y] = [Math.min(card.x, gradient.x), Math.min(card.y, gradient.y)];
  return {
    x,
    y,
    width: Math.max(card.x + card.width, gradient.x + gradient.width) - x,
    height: Math.max(card.y + card.height, gradient.y + gradient.height) - y,
  };
}

/** FORWARD → and ← BACKWARD at the beginning of each half, in screen size. */
export function paintDirections(context: Drawing, picture: Picture, view: View): void {
  const { geometry, colors } = picture;
  const first = geometry.cards[0];
  const firstGradient = geometry.gradientCards[0];
  if (first === undefined || firstGradient === undefined || geometry.turn === null) return;
  const horizontal = geometry.orientation === "horizontal";
  const beginning = [first, firstGradient, ...geometry.frames, ...geometry.cards];
  const top = beginning.reduce((least, rect) => Math.min(least, rect.y), Infinity);
  const bottom = geometry.bounds.y + geometry.bounds.height;
  context.font = "700 11px system-ui, sans-serif";
  context.letterSpacing = "1.2px";
  context.textBaseline = "middle";
  const write = (
    text: string,
    x: number,
    y: number,
    color: string,
    align: CanvasTextAlign,
  ): void => {
    context.textAlign = align;
    context.fillStyle = color;
    context.fillText(text, x * view.scale + view.x, y * view.scale + view.y);
  };
  if (horizontal) {
    write("FORWARD →", first.x, top - 20 / Math.min(1, view.scale), colors.forward, "left");
    write("← BACKWARD", first.x, bottom - 14, colors.backward, "left");
  } else {
    write(
      "FORWARD ↓",
      first.x + first.width / 2,
      top - 18 / Math.min(1, view.scale),
      colors.forward,
      "center",
    );
    const x = firstGradient.x + firstGradient.width / 2;
    write("BACKWARD ↑", x, top - 18 / Math.min(1, view.scale), colors.backward, "center");
  }
  context.letterSpacing = "0px";
}
