import { describe, expect, it } from "vitest";
import { cellAt, leastHeight, mostColumns, nameStride, placeFlow } from "./flowPlaces";

describe("the places of a flow map", () => {
  const places = placeFlow({ rows: 5, columns: 40 }, 508, 134);

  it("share the room that is there", () => {
    expect(places.rowHeight).toBe(20); // (134 − 16 − 18) / 5
    expect(places.left + places.columns * places.columnWidth).toBeCloseTo(508, 9);
  });

  it("are found again from the middle of each cell", () => {
    const x = places.left + 12.5 * places.columnWidth;
    expect(cellAt(places, x, places.top + 3.5 * 20)).toEqual({ row: 3, column: 12 });
    expect(cellAt(places, 2, places.top + 1)).toEqual({ row: 0, column: 0 });
    expect(cellAt(places, x, places.top - 1)).toBeNull();
    expect(cellAt(places, x, places.top + 101)).toBeNull();
  });

  it("never get too small to be seen, but need more height", () => {
    const many = placeFlow({ rows: 40, columns: 10 }, 800, 100);
    expect(many.rowHeight).toBe(4);
    expect(leastHeight(40)).toBe(16 + 160 + 18);
    expect(nameStride(many, 12)).toBe(3);
  });

  it("hold columns of two pixels at least", () => {
    expect(mostColumns(508)).toBe((508 - 74) / 2);
  });
});
