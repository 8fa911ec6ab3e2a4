import { describe, expect, it } from "vitest";
import { metricRows } from "../../test/metricRows";
import { chartOf, type Chart, type ChartChoice } from "../model/chartLines";
import { growth, isContinued, lastPoints } from "./curveTraces";

const LOSS: ChartChoice = { metric: "loss", parameter: null, smoothing: 0, logarithmic: false };
const losses = Array.from({ length: 40_000 }, (_, index) => 2 + Math.sin(index / 7));

function chart(rows: number, choice = LOSS, recorded: number[] = []): Chart {
  const metrics = metricRows(0, losses.slice(0, rows));
  return chartOf([{ name: "", metrics, color: "--curve-1" }], choice, recorded);
}

function continues(before: Chart, now: Chart): boolean {
  return isContinued(before, now, lastPoints(before));
}

describe("a chart that grows", () => {
  it("is continued by what is new, line by line", () => {
    const [before, now] = [chart(100, LOSS, [0, 50]), chart(103, LOSS, [0, 50, 102])];
    expect(continues(before, now)).toBe(true);
    const { added, indices, last } = growth(now, before, lastPoints(before));
    expect(indices).toEqual([0, 1]);
    expect(added.x).toEqual([[100, 101, 102], [102]]);
    expect(added.y[0]).toEqual(losses.slice(100, 103));
    expect(last).toEqual({ x: [102], count: 103 });
  });

  it("is continued where it is thinned, too, until its buckets double", () => {
    const before = chart(20_000);
    expect(continues(before, chart(20_100))).toBe(true);
    expect(continues(before, chart(40_000))).toBe(false);
  });

  it("draws the same points that it would draw at once, and those that ended it meanwhile", () => {
    let [before, last] = [chart(20_000), lastPoints(chart(20_000))];
    const drawn = new Set(before.lines[0]?.raw.x);
    for (let rows = 20_037; rows < 20_500; rows += 37) {
      const now = chart(rows);
      const grown = growth(now, before, last);
      for (const x of grown.added.x[0] ?? []) drawn.add(x);
      [before, last] = [now, grown.last];
    }
    expect(before.lines[0]?.raw.x.every((x) => drawn.has(x))).toBe(true);
  });

  it("with a smoothed line grows in both", () => {
    const smoothed = { ...LOSS, smoothing: 0.9 };
    const before = chart(100, smoothed);
    expect(growth(chart(101, smoothed), before, lastPoints(before)).indices).toEqual([0, 1]);
  });
});

describe("a chart is drawn anew", () => {
  const before = chart(100);

  it.each([
    ["another axis", chart(101, { ...LOSS, logarithmic: true })],
    ["another metric", chart(101, { ...LOSS, metric: "learning_rate" })],
    ["a smoothed line", chart(101, { ...LOSS, smoothing: 0.5 })],
    ["fewer points", chart(99)],
  ])("for %s", (_what, now) => {
    expect(continues(before, now)).toBe(false);
  });

  it("for another past", () => {
    const metrics = metricRows(
      0,
      losses.slice(0, 101).map((loss) => loss + 1),
    );
    const now = chartOf([{ name: "", metrics, color: "--curve-1" }], LOSS, []);
    expect(continues(before, now)).toBe(false);
  });

  it("once appending has kept too many points", () => {
    expect(isContinued(before, chart(101), { x: [99], count: 20_000 })).toBe(false);
  });
});
