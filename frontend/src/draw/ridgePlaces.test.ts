import { describe, expect, it } from "vitest";
import { baseOf, LEAST_PANEL, placeRidges, ridgeAt } from "./ridgePlaces";

describe("the places of ridges", () => {
  const places = placeRidges({ panels: 4, ridges: 11 }, 480, 134);

  it("share the width, as long as an axis fits", () => {
    expect(places.panelWidth).toBe(120);
    expect(placeRidges({ panels: 40, ridges: 11 }, 480, 134).panelWidth).toBe(LEAST_PANEL);
  });

  it("go from the oldest at the back to the newest at the front", () => {
    expect(baseOf(places, 10)).toBe(134 - 18);
    expect(baseOf(places, 0)).toBe(16 + places.ridgeHeight);
    expect(baseOf(placeRidges({ panels: 1, ridges: 1 }, 100, 134), 0)).toBe(116);
  });

  it("are found again just above their base lines", () => {
    for (const ridge of [0, 4, 10]) {
      expect(ridgeAt(places, 125, baseOf(places, ridge) - 1)).toEqual({ panel: 1, ridge });
    }
    expect(ridgeAt(places, 481, 50)).toBeNull();
  });
});
