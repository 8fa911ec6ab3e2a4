import { describe, expect, it } from "vitest";
import { layerAt, middleOf, placesOf } from "./depthStrip";

describe.each([1, 10, 200, 5_000])("with %i layers", (count) => {
  const size = { width: 800, height: 88, bare: false };
  const places = placesOf(count, size);

  it("every bar stands within the strip, and none over another", () => {
    const [first, last] = [middleOf(places, 0), middleOf(places, count - 1)];
    expect(first - places.barWidth / 2).toBeGreaterThanOrEqual(places.left);
    expect(last + places.barWidth / 2).toBeLessThanOrEqual(size.width);
    expect(places.barWidth).toBeLessThanOrEqual(places.step);
  });

  it("the pointer on a bar means its layer", () => {
    for (const index of [0, count >> 1, count - 1]) {
      expect(layerAt(places, count, middleOf(places, index))).toBe(index);
    }
  });
});

it("beside the bars the nearest layer is meant, over the axis none", () => {
  const places = placesOf(3, { width: 800, height: 88, bare: false });
  expect(layerAt(places, 3, 799)).toBe(2);
  expect(layerAt(places, 3, 5)).toBe(-1);
  expect(layerAt(placesOf(0, { width: 800, height: 88, bare: true }), 0, 10)).toBe(-1);
});
