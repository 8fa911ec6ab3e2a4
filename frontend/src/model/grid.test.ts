import { describe, expect, it } from "vitest";
import { fittedWidth, flatIndex, gridShape, sliceText, tensorIndex, visibleSpan } from "./grid";

describe("columns of a matrix", () => {
  it("are as wide as their numbers where all have room", () => {
    expect(fittedWidth(60, 300, 5)).toBe(60);
  });

  it("fill the room where they do not, so that none is cut", () => {
    expect(fittedWidth(80, 225, 9)).toBe(112.5);
    expect(fittedWidth(80, 50, 9)).toBe(80);
  });
});

describe("a tensor as a matrix", () => {
  it("shows the last two dimensions; a vector stands upright", () => {
    expect(gridShape([8, 6, 3, 5])).toEqual({ rows: 3, columns: 5, leading: [8, 6] });
    expect(gridShape([7])).toEqual({ rows: 7, columns: 1, leading: [] });
    expect(gridShape([])).toEqual({ rows: 1, columns: 1, leading: [] });
  });

  it("finds each number in row-major order", () => {
    const grid = gridShape([2, 3, 4]);
    const all: number[] = [];
    for (const matrix of [0, 1])
      for (let row = 0; row < 3; row += 1)
        for (let column = 0; column < 4; column += 1)
          all.push(flatIndex(grid, [matrix], row, column));
    expect(all).toEqual(Array.from({ length: 24 }, (_, index) => index));
  });

  it("names a cell and a part of it as PyTorch does", () => {
    expect(tensorIndex([2, 3, 4], [1], 2, 3)).toEqual([1, 2, 3]);
    expect(tensorIndex([7], [], 4, 0)).toEqual([4]);
    expect(tensorIndex([], [], 0, 0)).toEqual([]);
    const rows = { from: 0, to: 3 };
    expect(sliceText([2, 3, 4], [1], rows, { from: 1, to: 4 })).toBe("1,0:3,1:4");
    expect(sliceText([7], [], rows, { from: 0, to: 1 })).toBe("0:3");
  });

  it("draws the cells in view and a margin, within what there is", () => {
    expect(visibleSpan(220, 110, 22, 1_000)).toEqual({ from: 8, to: 17 });
    expect(visibleSpan(0, 500, 22, 3)).toEqual({ from: 0, to: 3 });
  });
});
