/** The theme's colours as a canvas needs them: read once, not once per edge. */

import { readPalette, type Palette } from "../../draw/palette";

export interface Colors {
  readonly palette: Palette;
  readonly forward: string;
  readonly backward: string;
  readonly update: string;
  readonly ink: string;
  readonly inkSoft: string;
  readonly inkFaint: string;
  readonly surface: string;
  readonly surfaceRaised: string;
  readonly surfaceSunken: string;
  readonly line: string;
  readonly lineStrong: string;
  readonly danger: string;
  readonly focus: string;
  readonly gridDot: string;
}

export function readColors(element: Element): Colors {
  const style = getComputedStyle(element);
  const read = (name: string, otherwise: string): string => {
    const value = style.getPropertyValue(`--${name}`).trim();
    return value === "" ? otherwise : value;
  };
  return {
    palette: readPalette(element),
    forward: read("forward", "#0f766e"),
    backward: read("backward", "#c2410c"),
    update: read("update", "#6d28d9"),
    ink: read("ink", "#171a21"),
    inkSoft: read("ink-soft", "#515a69"),
    inkFaint: read("ink-faint", "#717a8a"),
    surface: read("surface", "#faf9f6"),
    surfaceRaised: read("surface-raised", "#ffffff"),
    surfaceSunken: read("surface-sunken", "#f3f0ea"),
    line: read("line", "#e4e0d8"),
    lineStrong: read("line-strong", "#cfcabf"),
    danger: read("danger", "#b42318"),
    focus: read("focus", "#2563eb"),
    gridDot: read("grid-dot", "#d8d4cb"),
  };
}
