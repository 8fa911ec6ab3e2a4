import { describe, expect, it } from "vitest";
import {
  bringingIntoView,
  centredOn,
  Glide,
  largestScale,
  smallestScale,
  toWorld,
  viewOf,
  zoomedAt,
} from "./camera";

const viewport = { width: 800, height: 600 };
const view = { x: 40, y: -30, scale: 0.8 };

describe("the camera", () => {
  it("holds the point under the pointer still while zooming", () => {
    const zoomed = zoomedAt(view, 1.7, 300, 200);
    const [before, after] = [toWorld(view, 300, 200), toWorld(zoomed, 300, 200)];
    expect(after.x).toBeCloseTo(before.x);
    expect(after.y).toBeCloseTo(before.y);
    expect(zoomed.scale).toBeCloseTo(1.36);
  });

  it("does not zoom beyond its limits", () => {
    expect(zoomedAt(view, 1e9, 0, 0).scale).toBe(largestScale);
    expect(zoomedAt(view, 1e-9, 0, 0).scale).toBe(smallestScale);
  });

  it("fits a rectangle into the viewport, whole", () => {
    const bounds = { x: -100, y: 50, width: 4000, height: 700 };
    const fitted = viewOf(bounds, viewport);
    expect(fitted.x + bounds.x * fitted.scale).toBeGreaterThan(0);
    expect(fitted.x + (bounds.x + bounds.width) * fitted.scale).toBeLessThan(viewport.width);
  });

  it("stays where it is while what matters is in view", () => {
    const rect = { x: 300, y: 250, width: 100, height: 80 };
    expect(bringingIntoView(view, rect, viewport)).toBe(view);
  });

  it("moves just far enough to bring something into view", () => {
    const rect = { x: 5000, y: 250, width: 100, height: 80 };
    const moved = bringingIntoView(view, rect, viewport);
    const right = moved.x + (rect.x + rect.width) * moved.scale;
    expect(right).toBeLessThan(viewport.width);
    expect(right).toBeGreaterThan(viewport.width * 0.8);
    expect([moved.y, moved.scale]).toEqual([view.y, view.scale]);
  });

  it("shows all of what only just fits", () => {
    const rect = { x: 0, y: 5000, width: 80, height: viewport.height - 20 };
    const moved = bringingIntoView({ x: 0, y: 0, scale: 1 }, rect, viewport);
    expect(moved.y + rect.y).toBeCloseTo(10);
  });

  it("shows the end of what is larger than the viewport", () => {
    const rect = { x: 0, y: 0, width: 9000, height: 80 };
    const moved = bringingIntoView(centredOn(rect, viewport, 1), rect, viewport);
    expect(moved.x + rect.width).toBeLessThan(viewport.width);
    expect(moved.x + rect.width).toBeGreaterThan(viewport.width * 0.9);
  });
});

describe("a glide", () => {
  it("begins at nothing, ends at everything, and never turns back", () => {
    const glide = new Glide(1000, 200);
    const shares = [900, 1000, 1050, 1100, 1150, 1200, 5000].map((now) => glide.at(now));
    expect([shares[0], shares[1], shares[5], shares[6]]).toEqual([0, 0, 1, 1]);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
  });
});
