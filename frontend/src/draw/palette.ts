/** The diverging palette: blue below zero, neutral at zero, red above, from the theme's variables. */

export type Rgb = readonly [red: number, green: number, blue: number];

export interface Palette {
  readonly negative: Rgb;
  readonly zero: Rgb;
  readonly positive: Rgb;
  /** Hatching of numbers that are not finite. */
  readonly danger: Rgb;
  readonly ink: Rgb;
}

/** Below 1, so that small numbers beside one large one are still told from zero. */
const contrast = 0.7;

/** `#abc`, `#aabbcc` or `rgb(1, 2, 3)` as numbers. */
export function parseColor(text: string): Rgb {
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text.trim())?.[1];
  if (hex !== undefined) {
    const full = hex.length === 3 ? [...hex].map((digit) => digit + digit).join("") : hex;
    const channel = (at: number): number => parseInt(full.slice(at, at + 2), 16);
    return [channel(0), channel(2), channel(4)];
  }
  const [red, green, blue] = (text.match(/[\d.]+/g) ?? []).map(Number);
  if (red === undefined || green === undefined || blue === undefined) {
    throw new Error(`"${text}" is not a colour that the palette can read.`);
  }
  return [red, green, blue];
}

const fallback: Record<keyof Palette, string> = {
  negative: "#1f66b0",
  zero: "#ffffff",
  positive: "#b2182b",
  danger: "#b42318",
  ink: "#171a21",
};

/** The palette of the theme that an element stands in. Read it again after the theme changes. */
export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  const read = (name: keyof Palette): Rgb => {
    const value = style.getPropertyValue(`--${name}`).trim();
    return parseColor(value === "" ? fallback[name] : value);
  };
  return {
    negative: read("negative"),
    zero: read("zero"),
    positive: read("positive"),
    danger: read("danger"),
    ink: read("ink"),
  };
}

/** The colour of a finite number on a scale from -scale to scale. */
export function mix(palette: Palette, value: number, scale: number): Rgb {
  const share = scale > 0 ? Math.min(1, Math.abs(value) / scale) ** contrast : 0;
  const end = value < 0 ? palette.negative : palette.positive;
  const channel = (i: 0 | 1 | 2): number =>
    Math.round(palette.zero[i] + (end[i] - palette.zero[i]) * share);
  return [channel(0), channel(1), channel(2)];
}

export function toCss([red, green, blue]: Rgb, alpha = 1): string {
  return alpha === 1
    ? `rgb(${String(red)} ${String(green)} ${String(blue)})`
    : `rgb(${String(red)} ${String(green)} ${String(blue)} / ${String(alpha)})`;
}

/** The same as CSS writes it; for numbers that are not finite, the colour of danger. */
export function colorOf(palette: Palette, value: number, scale: number): string {
  return Number.isFinite(value) ? toCss(mix(palette, value, scale)) : toCss(palette.danger, 0.25);
}

/** Black or white, whichever reads better on this colour. */
export function inkOn([red, green, blue]: Rgb): string {
  const luminance = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  // Either reads at 4.5 or better only if the change is here and the dark one is black.
  return luminance > 0.179 ? "#000000" : "#ffffff";
}

function linear(channel: number): number {
  const share = channel / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}
