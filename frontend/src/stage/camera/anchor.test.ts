import { describe, expect, it } from "vitest";
import { nearestRect, viewKeeping } from "./anchor";
import { toWorld } from "./camera";

const before = { x: 100, y: 50, width: 132, height: 104 };
const after = { x: 160, y: 20, width: 396, height: 208 };
const view = { x: 10, y: 20, scale: 2 };

describe("what keeps its place", () => {
  it("has its corner where it was", () => {
    const kept = viewKeeping(view, { before, find: () => after }, after);
    expect(kept.scale).toBe(2);
    // The corner stood at 10 + 2·100 and 20 + 2·50.
    expect([kept.x + 2 * after.x, kept.y + 2 * after.y]).toEqual([210, 120]);
  });

  it("has the same part of it under the pointer, at whatever scale", () => {
    // A quarter of the way along the card, half of the way down.
    const pointer = { x: 10 + 2 * (100 + 33), y: 20 + 2 * (50 + 52) };
    const anchor = { before, find: () => after, pointer, scale: () => 1 };
    const point = toWorld(viewKeeping(view, anchor, after), pointer.x, pointer.y);
    expect(point).toEqual({ x: after.x + 99, y: after.y + 104 });
  });

  it("stays as far from the pointer as it was, where that is beside it", () => {
    const pointer = { x: 10 + 2 * (100 + 132 + 15), y: 20 + 2 * 50 };
    const point = toWorld(
      viewKeeping(view, { before, find: () => after, pointer }, after),
      pointer.x,
      pointer.y,
    );
    expect(point).toEqual({ x: after.x + after.width + 15, y: after.y });
  });
});

describe("the nearest rectangle", () => {
  it("is the one that holds the point, else the one with the nearest side", () => {
    expect(nearestRect([before, after], 300, 100)).toEqual({ index: 1, distance: 0 });
    expect(nearestRect([before, after], 97, 46)).toEqual({ index: 0, distance: 5 });
    expect(nearestRect([], 0, 0).index).toBe(-1);
  });
});
