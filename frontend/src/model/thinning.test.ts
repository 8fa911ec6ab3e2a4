import { describe, expect, it } from "vitest";
import { thin, thinCurve } from "./thinning";

const rows = Array.from({ length: 20_000 }, (_, index) => index);
const wave = rows.map((index) => Math.sin(index / 50));

function thinned(y: readonly number[], most: number) {
  return thin(rows.slice(0, y.length), y, most);
}

describe("thin", () => {
  it("keeps every point of a short curve", () => {
    expect(thinned([3, 1, 2], 10)).toEqual({ kept: [0, 1, 2], width: 1 });
  });

  it("keeps no more points than it may, in order, with the first and the last", () => {
    for (const most of [8, 100, 1_000]) {
      const { kept } = thinned(wave, most);
      expect(kept.length).toBeLessThanOrEqual(most);
      expect(kept[0]).toBe(0);
      expect(kept.at(-1)).toBe(wave.length - 1);
      expect(kept).toEqual([...new Set(kept)].sort((left, right) => left - right));
    }
  });

  it("keeps a spike of one point among twenty thousand", () => {
    const spiked = [...wave];
    spiked[12_345] = 99;
    spiked[777] = -99;
    expect(thinned(spiked, 400).kept).toEqual(expect.arrayContaining([777, 12_345]));
  });

  it("keeps the points that it had while a curve grows, until the width doubles", () => {
    const before = thinned(wave.slice(0, 10_100), 1_000);
    const after = thinned(wave.slice(0, 10_200), 1_000);
    expect(after.width).toBe(before.width);
    const settled = before.kept.filter((index) => index < 10_100 - before.width);
    expect(after.kept.slice(0, settled.length)).toEqual(settled);
  });

  it("leaves a gap wherever a value is not finite, be it among finite ones", () => {
    const broken = wave.map((value, index) => (index === 8_003 ? NaN : value));
    const { y } = thinCurve({ x: rows, y: broken }, 400);
    expect(y.filter(Number.isNaN).length).toBe(1);
  });

  it("gives buckets to iterations, not to rows: a gap in between takes none from what is there", () => {
    const stretch = (first: number) => Array.from({ length: 10 }, (_, row) => first + row);
    const x = [...stretch(0), ...stretch(5_000), ...stretch(9_000)];
    const y = x.map((_, row) => (row === 3 || row === 16 || row === 22 ? 9 : 1));
    expect(thin(x, y, 20).kept).toEqual(expect.arrayContaining([3, 16, 22]));
  });
});
