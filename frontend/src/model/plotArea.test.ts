import { describe, expect, it } from "vitest";
import { restMilliseconds } from "./askingPace";
import { evenPlotArea, fromPixel, nearestPixel, plotArea, toPixel } from "./plotArea";

const room = { width: 348, height: 226 };

describe("the area of a plot", () => {
  it("has the least numbers at the lower left corner, and leads back from pixels", () => {
    const area = plotArea(room, { low: 0, high: 3 }, { low: -1, high: 1 });
    expect(toPixel(area, 0, -1)).toEqual({ left: area.left, top: area.top + area.height });
    const { x, y } = fromPixel(area, toPixel(area, 2.2, 0.3));
    expect([x, y]).toEqual([expect.closeTo(2.2), expect.closeTo(0.3)]);
  });

  it("can have one unit across as long as one upright, within the room", () => {
    const area = evenPlotArea(room, { low: 0, high: 3 }, { low: 0, high: 2 });
    expect(area.width / 3).toBeCloseTo(area.height / 2);
    expect(area.left + area.width).toBeLessThanOrEqual(room.width);
    expect(area.top + area.height).toBeLessThanOrEqual(room.height);
  });

  it("finds the nearest point within reach; of equals the one on top", () => {
    const pixels = [
      { left: 0, top: 0 },
      { left: 10, top: 0 },
      { left: 10, top: 0 },
    ];
    expect(nearestPixel(pixels, { left: 9, top: 1 }, 5)).toBe(2);
    expect(nearestPixel(pixels, { left: 30, top: 1 }, 5)).toBeNull();
  });
});

describe("the pace of asking", () => {
  it("takes three hundredths of the session's time at most", () => {
    expect(restMilliseconds(0.0006, 60)).toBe(60);
    expect(restMilliseconds(0.03, 60)).toBeCloseTo(1_000);
  });
});
