import { describe, expect, it } from "vitest";
import { thin, thinCurve } from "./thinning";

const wave = Array.from({ length: 20_000 }, (_, index) => Math.sin(index / 50));

describe("thin", () => {
  it("keeps every point of a short curve", () => {
    expect(thin([3, 1, 2], 10)).toEqual([0, 1, 2]);
  });

  it("keeps no more points than it may, in order, with the first and the last", () => {
    const kept = thin(wave, 1_000);
    expect(kept.length).toBeLessThanOrEqual(1_000);
    expect(kept[0]).toBe(0);
    expect(kept.at(-1)).toBe(wave.length - 1);
    expect(kept).toEqual([...new Set(kept)].sort((left, right) => left - right));
  });

  it("keeps a spike of one point among twenty thousand", () => {
    const spiked = [...wave];
    spiked[12_345] = 99;
    spiked[777] = -99;
    expect(thin(spiked, 400)).toEqual(expect.arrayContaining([777, 12_345]));
  });

  it("leaves a gap where a stretch has no finite value", () => {
    const broken = wave.map((value, index) => (index >= 8_000 && index < 12_000 ? NaN : value));
    const { y } = thinCurve({ x: broken.map((_, index) => index), y: broken }, 400);
    expect(y.some(Number.isNaN)).toBe(true);
    expect(y.filter(Number.isFinite).length).toBeGreaterThan(200);
  });
});
