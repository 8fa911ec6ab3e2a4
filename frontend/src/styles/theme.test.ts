import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CURVE_COLORS } from "../model/chartLines";

// Contrast as WCAG 2.2 defines it: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio

type Tokens = Map<string, string>;

/** The tokens of a theme as its block in the style sheet gives them. */
function tokensOf(css: string, theme: string): Tokens {
  const block = new RegExp(`data-theme="${theme}"\\]\\s*\\{([^}]*)\\}`).exec(css)?.[1] ?? "";
  const lines = [...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)];
  return new Map(lines.map(([, name = "", value = ""]) => [name, value]));
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function ratioOf(a: string, b: string): number {
  const [darker = 0, lighter = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (lighter + 0.05) / (darker + 0.05);
}

const css = readFileSync("src/styles/theme.css", "utf8");
const grounds = ["surface", "surface-raised", "surface-sunken"];
const inks = ["ink", "ink-soft", "ink-faint", "forward", "backward", "update", "danger"];
const onPhases = ["forward", "backward", "update"].map((phase) => ["on-phase", phase]);
const onSoft = ["forward-soft", "backward-soft", "update-soft", "danger-soft"].map((soft) => [
  "ink",
  soft,
]);
const text = [
  ...inks.flatMap((ink) => grounds.map((ground) => [ink, ground])),
  ...onPhases,
  ...onSoft,
];
const curves = Array.from({ length: CURVE_COLORS }, (_, index) => `curve-${String(index + 1)}`);
const marks = ["focus", "negative", "positive", ...curves].flatMap((mark) =>
  grounds.map((ground) => [mark, ground]),
);

/** Pairs that contrast less than they should, with their ratios. */
function tooPale(theme: string, pairs: readonly string[][], least: number): string[] {
  const tokens = tokensOf(css, theme);
  return pairs.flatMap(([front = "", back = ""]) => {
    const [a, b] = [tokens.get(front), tokens.get(back)];
    if (a === undefined || b === undefined) return [`${front} or ${back} is missing`];
    const ratio = ratioOf(a, b);
    return ratio >= least ? [] : [`${front} on ${back}: ${ratio.toFixed(2)}`];
  });
}

describe("the contrast of a theme", () => {
  it("is measured as the standard does: black on white 21, #767676 on white 4.54", () => {
    expect(ratioOf("#000000", "#ffffff")).toBeCloseTo(21, 5);
    expect(ratioOf("#767676", "#ffffff")).toBeCloseTo(4.54, 2);
  });

  it.each(["light", "dark", "projector"])("%s: text 4.5, marks 3 (AA)", (theme) => {
    expect(tooPale(theme, text, 4.5)).toEqual([]);
    expect(tooPale(theme, marks, 3)).toEqual([]);
  });

  it("for the projector: text 7 (AAA), lines 3", () => {
    expect(tooPale("projector", text, 7)).toEqual([]);
    const lines = ["line", "line-strong"].map((line) => [line, "surface"]);
    expect(tooPale("projector", lines, 3)).toEqual([]);
  });
});
