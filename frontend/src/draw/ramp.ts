/** A ramp of colours from little to much, told apart by lightness alone. */

import { toCss, type Rgb } from "./palette";

/**
 * From dark to light through purple and orange (the anchors of matplotlib's inferno, CC0): lightness
 * rises evenly, so that it reads without colour vision and in grey.
 */
const ANCHORS: readonly Rgb[] = [
  [33, 12, 74],
  [87, 15, 109],
  [138, 34, 106],
  [188, 55, 84],
  [227, 89, 51],
  [249, 140, 10],
  [249, 201, 50],
  [252, 255, 164],
];

/** The colour at a share between 0 and 1 of the ramp. */
function rampAt(share: number): Rgb {
  const place = Math.min(1, Math.max(0, share)) * (ANCHORS.length - 1);
  const index = Math.min(ANCHORS.length - 2, Math.floor(place));
  const [before, after] = [ANCHORS[index] as Rgb, ANCHORS[index + 1] as Rgb];
  const channel = (i: 0 | 1 | 2): number =>
    Math.round(before[i] + (after[i] - before[i]) * (place - index));
  return [channel(0), channel(1), channel(2)];
}

/** As many colours as an eye tells apart; what is little is nearest to the ground. */
export function buildRamp(onDark: boolean): string[] {
  return Array.from({ length: 256 }, (_, step) =>
    toCss(rampAt(onDark ? step / 255 : 1 - step / 255)),
  );
}
