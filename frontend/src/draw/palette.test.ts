import { expect, it } from "vitest";
import { colorOf, inkOn, mix, parseColor, type Palette } from "./palette";

const palette: Palette = {
  negative: [0, 0, 200],
  zero: [255, 255, 255],
  positive: [200, 0, 0],
  danger: [180, 35, 24],
  ink: [0, 0, 0],
};

it("reads the colours that style sheets write", () => {
  expect(parseColor(" #0f766e")).toEqual([15, 118, 110]);
  expect(parseColor("#abc")).toEqual([170, 187, 204]);
  expect(parseColor("rgb(1, 2, 3)")).toEqual([1, 2, 3]);
  expect(() => parseColor("teal")).toThrow("teal");
});

it("is neutral at zero and reaches its ends at the scale, alike on both sides", () => {
  expect(mix(palette, 0, 5)).toEqual([255, 255, 255]);
  expect(mix(palette, 5, 5)).toEqual([200, 0, 0]);
  expect(mix(palette, -9, 5)).toEqual([0, 0, 200]);
  expect(mix(palette, 3, 0)).toEqual([255, 255, 255]);
});

it("grows stronger with the magnitude", () => {
  const greens = [0, 0.1, 0.3, 0.6, 1].map((value) => mix(palette, value, 1)[1]);
  expect(greens).toEqual([...greens].sort((a, b) => b - a));
  expect(new Set(greens).size).toBe(5);
});

it("gives what is not finite the colour of danger", () => {
  expect(colorOf(palette, NaN, 1)).toContain("180 35 24");
  expect(colorOf(palette, 1, 1)).toBe("rgb(200 0 0)");
});

it("writes dark on light and light on dark", () => {
  expect(inkOn([255, 255, 255])).toBe("#000000");
  expect(inkOn([90, 10, 20])).toBe("#ffffff");
});
