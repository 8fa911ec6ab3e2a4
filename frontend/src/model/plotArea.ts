/** Where numbers lie on a picture: a rectangle in pixels over a rectangle of two axes. */

import type { Bounds } from "./functionSurface";

export interface PlotArea {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly x: Bounds;
  readonly y: Bounds;
}

export interface Room {
  readonly width: number;
  readonly height: number;
}

export interface Margin {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Around the rectangle, in pixels: for the numbers on the axes. */
const AXES_MARGIN: Margin = { left: 40, right: 8, top: 6, bottom: 20 };
/** Where there are no axes. */
export const NO_MARGIN: Margin = { left: 0, right: 0, top: 0, bottom: 0 };

/** As large as the room allows. */
export function plotArea(room: Room, x: Bounds, y: Bounds, margin = AXES_MARGIN): PlotArea {
  const { left, right, top, bottom } = margin;
  return {
    left,
    top,
    width: Math.max(1, room.width - left - right),
    height: Math.max(1, room.height - top - bottom),
    x,
    y,
  };
}

/** The same with one unit of x as long as one of y: shapes are what they are. */
export function evenPlotArea(room: Room, x: Bounds, y: Bounds, margin = AXES_MARGIN): PlotArea {
  const whole = plotArea(room, x, y, margin);
  const unit = Math.min(whole.width / (x.high - x.low), whole.height / (y.high - y.low));
  return { ...whole, width: unit * (x.high - x.low), height: unit * (y.high - y.low) };
}

export interface Pixel {
  readonly left: number;
  readonly top: number;
}

export function toPixel(area: PlotArea, x: number, y: number): Pixel {
  const across = (x - area.x.low) / (area.x.high - area.x.low);
  const up = (y - area.y.low) / (area.y.high - area.y.low);
  return { left: area.left + across * area.width, top: area.top + (1 - up) * area.height };
}

export function fromPixel(area: PlotArea, { left, top }: Pixel): { x: number; y: number } {
  const across = (left - area.left) / area.width;
  const up = 1 - (top - area.top) / area.height;
  return {
    x: area.x.low + across * (area.x.high - area.x.low),
    y: area.y.low + up * (area.y.high - area.y.low),
  };
}

/** The index of the nearest of some pixels that is within reach; null if none is. */
export function nearestPixel(
  pixels: readonly Pixel[],
  { left, top }: Pixel,
  reach: number,
): number | null {
  let [found, least]: [number | null, number] = [null, reach];
  for (const [index, pixel] of pixels.entries()) {
    const distance = Math.hypot(pixel.left - left, pixel.top - top);
    // Of equals the later one: it is drawn on top.
    if (distance <= least) [found, least] = [index, distance];
  }
  return found;
}
