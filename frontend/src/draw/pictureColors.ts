/** The colours of pictures of the function, of the theme that an element stands in. */

import { parseColor, readPalette, toCss, type Palette, type Rgb } from "./palette";

export interface PictureColors {
  readonly palette: Palette;
  readonly ink: string;
  readonly faint: string;
  readonly line: string;
  readonly surface: string;
  readonly forward: string;
  readonly update: string;
}

export function readPictureColors(element: Element): PictureColors {
  const style = getComputedStyle(element);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  return {
    palette: readPalette(element),
    ink: read("--ink"),
    faint: read("--ink-faint"),
    line: read("--line-strong"),
    surface: read("--surface-raised"),
    forward: read("--forward"),
    update: read("--update"),
  };
}

/** Ten colours that colour-blind people tell apart too (Paul Tol, "bright" and "vibrant"). */
const CLASS_COLORS = [
  ...["#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee"],
  ...["#aa3377", "#ee7733", "#009988", "#777777", "#8855bb"],
].map(parseColor);

export function classColor(number: number): Rgb {
  return CLASS_COLORS[number % CLASS_COLORS.length] as Rgb;
}

/** A colour thinned by another, from none of it (0) to all of it (1). */
export function blend(from: Rgb, to: Rgb, share: number): Rgb {
  const channel = (i: 0 | 1 | 2): number => Math.round(from[i] + (to[i] - from[i]) * share);
  return [channel(0), channel(1), channel(2)];
}

/** The colour of a loss by its height: dark valleys, light peaks; told apart without hue too. */
export function heightColor(height: number): Rgb {
  const place = Math.max(0, Math.min(1, height)) * (HEIGHTS.length - 1);
  const below = Math.min(HEIGHTS.length - 2, Math.floor(place));
  return blend(HEIGHTS[below] as Rgb, HEIGHTS[below + 1] as Rgb, place - below);
}

/** Viridis, at nine places (matplotlib; even in lightness, and for colour-blind people). */
const HEIGHTS = [
  ...["#440154", "#472d7b", "#3b528b", "#2c728e", "#21918c"],
  ...["#28ae80", "#5ec962", "#addc30", "#fde725"],
].map(parseColor);

export function heightCss(height: number, light = 1): string {
  const shade = blend([0, 0, 0], heightColor(height), light);
  return toCss(shade);
}
