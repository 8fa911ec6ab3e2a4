import { expect, it } from "vitest";
import {
  formatCount,
  formatNumber,
  formatShape,
  formatShapeShort,
  formatShare,
  shortName,
} from "./format";

it.each([
  [0, "0"],
  [-0, "0"],
  [1, "1"],
  [-3, "−3"],
  [0.4127, "0.4127"],
  [0.5, "0.5000"],
  [-0.0271, "−0.02710"],
  [12.3456, "12.35"],
  [1234.56, "1235"],
  [99999.9, "100000"],
  [999999.9, "1.000×10⁶"],
  [2.5e-5, "2.500×10⁻⁵"],
  [0.00009999999, "0.0001000"],
  [28549536, "2.855×10⁷"],
  [-6.02e23, "−6.020×10²³"],
  [NaN, "NaN"],
  [Infinity, "∞"],
  [-Infinity, "−∞"],
])("writes %f as %s", (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

it("takes the number of significant digits", () => {
  expect(formatNumber(0.031249, 3)).toBe("0.0312");
  expect(formatNumber(9.996, 3)).toBe("10.0");
});

it("writes shapes as Python does", () => {
  expect(formatShape([])).toBe("()");
  expect(formatShape([8])).toBe("(8,)");
  expect(formatShape([64, 8])).toBe("(64, 8)");
  expect(formatShapeShort([64, 8])).toBe("64×8");
  expect(formatShapeShort([])).toBe("scalar");
});

it("never rounds a small share to nothing", () => {
  expect(formatShare(0)).toBe("0 %");
  expect(formatShare(0.25)).toBe("25 %");
  expect(formatShare(0.0002)).toBe("< 0.1 %");
  expect(formatShare(1)).toBe("100 %");
});

it("parts thousands", () => {
  expect(formatCount(12)).toBe("12");
  expect(formatCount(1234567)).toBe("1\u202f234\u202f567");
});

it("shortens qualified names, overloads aside", () => {
  expect(shortName("aten.addmm")).toBe("addmm");
  expect(shortName("aten.add.Tensor")).toBe("add");
  expect(shortName("torch.nn.functional.linear")).toBe("linear");
  expect(shortName("relu")).toBe("relu");
});
