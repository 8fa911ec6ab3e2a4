import { describe, expect, it } from "vitest";
import type { Landscape } from "../api/types";
import {
  besideStep,
  cellOf,
  contourLevels,
  heightOf,
  lossAt,
  lossNear,
  tellStep,
  toGrid,
} from "./landscape";
import { facetsOf, projection, turned, USUAL_VIEW } from "./relief";

/** z = x + 10 y over x in 4…6 and y in −1…1. */
function landscape(losses: Landscape["losses"] = plain()): Landscape {
  return {
    id: "l",
    phase: "done",
    done: 9,
    of: 9,
    iteration: 3,
    samples: 10,
    x: { name: "a[0]", middle: 5, offsets: [-1, 0, 1] },
    y: { name: "b[0]", middle: 0, offsets: [-1, 0, 1] },
    losses,
    path: [{ iteration: 0, x: 0.5, y: -0.25, distance: 2 }],
    error: null,
  };
}

function plain(): number[][] {
  return [-1, 0, 1].map((y) => [4, 5, 6].map((x) => x + 10 * y));
}

describe("a landscape", () => {
  it("shows the axes' own values, and the path on them", () => {
    const grid = toGrid(landscape());
    expect([grid.x.low, grid.x.high, grid.y.low]).toEqual([4, 6, -1]);
    expect(grid.path[0]).toEqual({ iteration: 0, x: 5.5, y: -0.25, distance: 2 });
    expect(grid.bounds).toEqual({ low: -6, high: 16 });
  });

  it("tells the loss between its points, as the plane that it is", () => {
    const grid = toGrid(landscape());
    expect(lossNear(grid, 4.3, 0.7)).toBeCloseTo(4.3 + 7);
    expect(lossNear(grid, 6, 1)).toBeCloseTo(16);
    expect(lossNear(grid, 6.01, 1)).toBeNull();
    expect(cellOf(grid, 5.5, -0.5)).toEqual({ column: 1.5, row: 0.5 });
  });

  it("has holes where the loss is not finite", () => {
    const losses: Landscape["losses"] = plain();
    losses[2] = [1, "Infinity", "NaN"];
    const grid = toGrid(landscape(losses));
    expect(grid.hasHoles).toBe(true);
    expect(grid.bounds).toEqual({ low: -6, high: 6 });
    expect(facetsOf(grid, USUAL_VIEW, { width: 100, height: 100 }, false)).toHaveLength(2);
  });

  it.each([false, true])("has heights that lead back to losses, logarithmic: %s", (logarithmic) => {
    const grid = toGrid(landscape());
    for (const loss of [-6, -5.9, 3, 16]) {
      const height = heightOf(grid, loss, logarithmic);
      expect(height).toBeGreaterThanOrEqual(0);
      expect(height).toBeLessThanOrEqual(1 + 1e-12);
      expect(lossAt(grid, height, logarithmic)).toBeCloseTo(loss);
    }
    const levels = contourLevels(grid, 4, logarithmic);
    expect(levels).toEqual([...levels].sort((one, other) => one - other));
    expect(levels[0]).toBeGreaterThan(-6);
  });

  it("says how far a step of the path lies from the plane", () => {
    expect(tellStep({ iteration: 3, x: 0, y: 0, distance: 0 })).toBe("iteration 3");
    expect(tellStep({ iteration: 3, x: 0, y: 0, distance: 1.5 })).toBe(
      "iteration 3 · 1.50 from this plane",
    );
  });
});

describe("the path of a landscape, by keyboard", () => {
  it("is walked in the order of its iterations, and does not go round", () => {
    expect(besideStep(0, 3, "ArrowRight")).toBe(1);
    expect(besideStep(2, 3, "ArrowRight")).toBe(2);
    expect(besideStep(0, 3, "ArrowLeft")).toBe(0);
    expect([besideStep(1, 3, "Home"), besideStep(1, 3, "End")]).toEqual([0, 2]);
  });

  it("is entered at its beginning where the stage shows none of its iterations", () => {
    expect(besideStep(-1, 3, "ArrowRight")).toBe(0);
    expect(besideStep(-1, 3, "ArrowLeft")).toBe(0);
  });

  it("leaves other keys alone, and all where there is no path", () => {
    expect(besideStep(1, 3, "r")).toBeNull();
    expect(besideStep(-1, 0, "End")).toBeNull();
  });
});

describe("a relief", () => {
  const room = { width: 300, height: 200 };

  it("lies within its room, whatever way it is turned", () => {
    for (let turn = 0; turn < 6.3; turn += 0.4) {
      const place = projection({ turn, tilt: 0.7 }, room);
      for (const [x, y] of [-0.5, 0.5].flatMap((a) => [-0.5, 0.5].map((b) => [a, b] as const)))
        for (const height of [0, 1]) {
          const { left, top } = place(x, y, height);
          expect(left).toBeGreaterThanOrEqual(0);
          expect(left).toBeLessThanOrEqual(room.width);
          expect(top).toBeGreaterThanOrEqual(0);
          expect(top).toBeLessThanOrEqual(room.height);
        }
    }
  });

  it("is painted from the farthest facet to the nearest", () => {
    const facets = facetsOf(toGrid(landscape()), { turn: 0, tilt: 0.5 }, room, false);
    const tops = facets.map(({ corners }) => corners[0].depth);
    expect(tops).toEqual([...tops].sort((one, other) => one - other));
    // Seen from the front, the row with the least y is the nearest.
    expect(facets.at(-1)?.height).toBeLessThan(facets[0]?.height ?? 0);
  });

  it("cannot be tilted below the ground or over the top", () => {
    expect(turned(USUAL_VIEW, 0, -9).tilt).toBeGreaterThan(0);
    expect(turned(USUAL_VIEW, 0, 9).tilt).toBeLessThan(Math.PI / 2);
  });
});
