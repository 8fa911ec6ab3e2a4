import { describe, expect, it } from "vitest";
import { cornerOf, gridOf, type Grid } from "./grid";

function shown(grid: Grid): (number | null)[][] {
  return Array.from({ length: grid.rows }, (_, row) =>
    Array.from({ length: grid.columns }, (_, column) => {
      const index = grid.cells[row * grid.columns + column] as number;
      return index < 0 ? null : (grid.values[index] as number);
    }),
  );
}

describe("a grid of any tensor", () => {
  it("is one cell for a scalar and one row for a vector", () => {
    expect(shown(gridOf([7], []))).toEqual([[7]]);
    expect(shown(gridOf([1, 2, 3], [3]))).toEqual([[1, 2, 3]]);
  });

  it("is the matrix itself where it fits", () => {
    expect(shown(gridOf([1, 2, 3, 4, 5, 6], [2, 3]))).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });

  it("folds leading dimensions into rows", () => {
    expect(shown(gridOf([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2])).length).toBe(4);
  });

  it("lays a tall matrix on its side and says so", () => {
    const grid = gridOf([1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60], [6, 2]);
    expect(grid.transposed).toBe(true);
    expect(shown(grid)).toEqual([
      [1, 2, 3, 4, 5, 6],
      [10, 20, 30, 40, 50, 60],
    ]);
  });

  it("shows maps of channels as tiles with gaps", () => {
    const grid = gridOf([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 2, 2]);
    expect(shown(grid)).toEqual([
      [1, 2, null, 5, 6],
      [3, 4, null, 7, 8],
    ]);
  });

  it("never holds more cells than asked, and only numbers of the tensor", () => {
    const values = Float32Array.from({ length: 5000 }, (_, i) => i);
    const grid = gridOf(values, [50, 100], { rows: 8, columns: 20 });
    expect([grid.rows, grid.columns]).toEqual([8, 20]);
    expect(
      shown(grid)
        .flat()
        .every((value) => value !== null && Number.isInteger(value)),
    ).toBe(true);
  });

  it("shows a number that is not finite even where it has to leave out most", () => {
    const values = new Float32Array(10_000);
    values[4321] = NaN;
    const grid = gridOf(values, [100, 100], { rows: 4, columns: 4 });
    expect(shown(grid).flat().filter(Number.isNaN).length).toBe(1);
  });

  it("takes its scale from all finite numbers, shown or not", () => {
    const values = new Float32Array(1000);
    values[501] = -8;
    values[3] = Infinity;
    expect(gridOf(values, [1000], { rows: 2, columns: 10 }).scale).toBe(8);
  });

  it("has no cells for a tensor without numbers", () => {
    expect(gridOf([], [0, 4]).cells.length).toBe(0);
    expect(gridOf([], [4, 0]).cells.length).toBe(0);
  });

  it("shows the first rows and columns of a matrix when read closely", () => {
    const grid = cornerOf([1, 2, 3, 4, 5, 6, 7, 8, 9], [3, 3], { rows: 2, columns: 2 });
    expect(shown(grid)).toEqual([
      [1, 2],
      [4, 5],
    ]);
  });
});
