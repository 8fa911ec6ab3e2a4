/** The traces of a chart: its lines, the smoothed ones over them, and marked points. */

import type * as Plotly from "plotly.js-basic-dist-min";
import type { Chart, ChartLine, Marks } from "../model/chartLines";
import { metricKind } from "../model/metricKinds";
import type { ThinnedCurve } from "../model/thinning";
import { readColor } from "./themeColor";

/** Up to here the single iterations are worth a dot each. */
const FEW_POINTS = 50;
const FEW_RECORDED = 25;
/** Appending keeps points that thinning would leave out; beyond this all is drawn anew. */
const MOST_DRAWN_POINTS = 15_000;

/** The end of what is drawn: of each curve the last iteration. */
export interface LastPoints {
  x: number[];
  /** Points of all curves together. */
  count: number;
}

/** All curves in the order of their traces: the raw lines, then the smoothed ones. */
function curvesOf({ lines }: Chart): ThinnedCurve[] {
  return [...lines.map(({ raw }) => raw), ...lines.flatMap(({ smoothed }) => smoothed ?? [])];
}

export function lastPoints(chart: Chart): LastPoints {
  const curves = curvesOf(chart);
  return {
    x: curves.map(({ x }) => x.at(-1) ?? -Infinity),
    count: curves.reduce((sum, { x }) => sum + x.length, 0),
  };
}

/** Whether a chart shows the same curves as the one before, perhaps with more points at their ends. */
export function isContinued(before: Chart, now: Chart, last: LastPoints): boolean {
  return (
    before.metric === now.metric &&
    before.logarithmic === now.logarithmic &&
    before.lines.length === now.lines.length &&
    before.lines.every((line, index) => looksAlike(line, now.lines[index] as ChartLine)) &&
    before.nonFinite.x.length === now.nonFinite.x.length &&
    before.zeros.x.length === now.zeros.x.length &&
    isPrefix(before.recorded.x, now.recorded.x) &&
    isCrowded(before.recorded) === isCrowded(now.recorded) &&
    last.count < MOST_DRAWN_POINTS
  );
}

function looksAlike(before: ChartLine, now: ChartLine): boolean {
  return (
    before.name === now.name &&
    before.color === now.color &&
    (before.smoothed === null) === (now.smoothed === null) &&
    isSparse(before) === isSparse(now) &&
    grewFrom(before.raw, now.raw) &&
    (before.smoothed === null || now.smoothed === null || grewFrom(before.smoothed, now.smoothed))
  );
}

/** Whether the points that no longer change, those of full buckets, are there still. */
function grewFrom(before: ThinnedCurve, now: ThinnedCurve): boolean {
  if (before.width !== now.width || now.x.length < before.x.length) return false;
  const end = before.x.at(-1);
  if (end === undefined) return false;
  const open = before.width === 1 ? end + 1 : Math.floor(end / before.width) * before.width;
  let settled = before.x.length - 1;
  while (settled >= 0 && (before.x[settled] as number) >= open) settled -= 1;
  return (
    settled < 0 ||
    (before.x[settled] === now.x[settled] && Object.is(before.y[settled], now.y[settled]))
  );
}

function isPrefix(before: readonly number[], now: readonly number[]): boolean {
  const last = before.length - 1;
  return now.length >= before.length && before[0] === now[0] && before[last] === now[last];
}

function isSparse({ raw }: ChartLine): boolean {
  return raw.x.length <= FEW_POINTS;
}

/** Large dots would hide the line that they stand on. */
function isCrowded({ x }: Chart["recorded"]): boolean {
  return x.length > FEW_RECORDED;
}

/** What a chart has beyond one that it continues, as Plotly's extendTraces takes it. */
export function growth(
  now: Chart,
  before: Chart,
  last: LastPoints,
): { added: Record<"x" | "y", number[][]>; indices: number[]; last: LastPoints } {
  const curves = curvesOf(now);
  const end = { x: [...last.x], count: last.count };
  const added = { x: [] as number[][], y: [] as number[][] };
  const indices: number[] = [];
  const append = (index: number, x: number[], y: number[]): void => {
    if (x.length === 0) return;
    added.x.push(x);
    added.y.push(y);
    indices.push(index);
  };
  for (const [index, { x, y }] of curves.entries()) {
    const from = firstBeyond(x, last.x[index] ?? -Infinity);
    append(index, x.slice(from), y.slice(from));
    end.x[index] = x.at(-1) ?? -Infinity;
    end.count += x.length - from;
  }
  const from = before.recorded.x.length;
  append(curves.length, now.recorded.x.slice(from), now.recorded.y.slice(from));
  return { added, indices, last: end };
}

function firstBeyond(x: readonly number[], end: number): number {
  let from = x.length;
  while (from > 0 && (x[from - 1] as number) > end) from -= 1;
  return from;
}

export function chartTraces(chart: Chart, element: HTMLElement): Plotly.Data[] {
  const { unit } = metricKind(chart.metric);
  const color = (name: string) => readColor(element, name);
  return [
    ...chart.lines.map((line) => lineTrace(line, line.raw, color(line.color), unit)),
    ...chart.lines.flatMap((line) =>
      line.smoothed === null ? [] : [smoothedTrace(line, line.smoothed, color(line.color))],
    ),
    recordedTrace(chart, color("--update"), color("--surface")),
    markTrace("zero", chart.zeros, { color: color("--ink-soft"), symbol: "circle-open" }),
    markTrace("not finite", chart.nonFinite, { color: color("--danger"), symbol: "x" }),
  ];
}

function lineTrace(
  line: ChartLine,
  { x, y }: ThinnedCurve,
  color: string,
  unit: string,
): Plotly.Data {
  const { dash, name } = line;
  return {
    type: "scatter",
    name,
    x: [...x],
    y: [...y],
    mode: isSparse(line) ? "lines+markers" : "lines",
    connectgaps: false,
    opacity: line.smoothed === null ? 1 : 0.28,
    line: { color, dash, width: 1.8 },
    marker: { color, size: 4 },
    hovertemplate: `%{fullData.name}: ${unit} %{y:.4g}<br>iteration %{x}<extra></extra>`,
  };
}

function smoothedTrace(line: ChartLine, { x, y }: ThinnedCurve, color: string): Plotly.Data {
  return {
    type: "scatter",
    name: `${line.name}, smoothed`,
    x: [...x],
    y: [...y],
    mode: "lines",
    connectgaps: false,
    line: { color, dash: line.dash, width: 2.2 },
    hoverinfo: "skip",
  };
}

function recordedTrace({ recorded }: Chart, color: string, rim: string): Plotly.Data {
  return {
    type: "scatter",
    name: "recorded",
    x: [...recorded.x],
    y: [...recorded.y],
    mode: "markers",
    marker: isCrowded(recorded)
      ? { color, size: 3, opacity: 0.55 }
      : { color, size: 7, line: { color: rim, width: 1.5 } },
    hoverinfo: "skip",
  };
}

function markTrace(
  name: string,
  { x, y, text }: Marks,
  marker: { color: string; symbol: string },
): Plotly.Data {
  return {
    type: "scatter",
    name,
    x,
    y,
    text,
    mode: "markers",
    marker: { ...marker, size: 9 },
    hovertemplate: "%{text}<br>iteration %{x}<extra></extra>",
  };
}
