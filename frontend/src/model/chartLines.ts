/** Runs as a chart shows them: thinned lines, smoothed ones over them, and marked points. */

import type { Metrics } from "../api/types";
import { rowsBefore } from "./metrics";
import { metricKind, type MetricKey, type Series } from "./metricKinds";
import { smooth } from "./smoothing";
import { toNumber } from "./tape";
import { thinCurve, type ThinnedCurve } from "./thinning";

/** A run that is drawn. Several are drawn over one another. */
export interface ChartRun {
  /** Among others, what it differs in: `lr 0.1`. Not shown where it is the only one. */
  name: string;
  metrics: Metrics;
  /** Of all its lines where several runs are drawn: a theme's property, `--curve-1`. */
  color: string;
}

/** What of the runs is drawn, and how. */
export interface ChartChoice {
  metric: MetricKey;
  /** Only this parameter's lines; null: every parameter's. */
  parameter: string | null;
  /** Weight of the past in the smoothed line; 0: there is none. */
  smoothing: number;
  logarithmic: boolean;
}

export type Dash = "solid" | "dot" | "dash";

export interface ChartLine {
  name: string;
  /** A theme's property: `--curve-1`. */
  color: string;
  dash: Dash;
  raw: ThinnedCurve;
  smoothed: ThinnedCurve | null;
  /** The newest value as it was measured. */
  last: number;
}

/** Points that a line cannot show, at the height where it was last. */
export interface Marks {
  x: number[];
  y: number[];
  text: string[];
}

export interface Chart {
  metric: MetricKey;
  logarithmic: boolean;
  lines: ChartLine[];
  nonFinite: Marks;
  /** Zeros, where the axis has none. */
  zeros: Marks;
  /** Iterations that one can travel to, on the first line; none among the lines of parameters. */
  recorded: Omit<Marks, "text">;
  /** More lines than can be told apart are not drawn. */
  linesLeftOut: number;
}

/** Points of all lines together: what Plotly draws anew in a few milliseconds. */
const MOST_POINTS = 9_000;
const MOST_POINTS_OF_A_LINE = 3_000;
const FEWEST_POINTS_OF_A_LINE = 120;
const MOST_LINES = 64;
const MOST_MARKS = 500;
export const CURVE_COLORS = 7;

/**
 * What a chart draws.
 *
 * Args:
 *   runs: the first one is the page's own.
 *   recorded: iterations of the first run that one can travel to, rising.
 */
export function chartOf(
  runs: readonly ChartRun[],
  choice: ChartChoice,
  recorded: readonly number[],
): Chart {
  const all = runs.flatMap((run) => seriesOf(run, choice).map((series) => ({ run, series })));
  const drawn = all.slice(0, MOST_LINES);
  const most = pointsOfALine(drawn.length);
  const colorOf = layerColors(drawn.map(({ series }) => series.name));
  const isAlone = runs.length === 1;
  const measured = drawn.map(({ run, series }) => {
    const name = isAlone ? series.name : nameAmongRuns(run, series, choice);
    const look = {
      name,
      color: isAlone ? colorOf(series.name) : run.color,
      dash: dashOf(series, choice),
    };
    return measure(look, series, choice, most);
  });
  const marks = measured.map((each) => each.marks);
  const first = metricKind(choice.metric).perParameter ? undefined : drawn[0]?.series;
  return {
    metric: choice.metric,
    logarithmic: choice.logarithmic,
    lines: measured.map(({ line }) => line),
    nonFinite: joinMarks(marks.map(({ nonFinite }) => nonFinite)),
    zeros: joinMarks(marks.map(({ zeros }) => zeros)),
    recorded: first === undefined ? { x: [], y: [] } : pointsAt(first, recorded),
    linesLeftOut: all.length - drawn.length,
  };
}

function seriesOf({ metrics }: ChartRun, { metric, parameter }: ChartChoice): Series[] {
  const kind = metricKind(metric);
  const all = kind.series(metrics);
  if (!kind.perParameter || parameter === null) return all;
  return all.filter(({ name }) => name === parameter);
}

function pointsOfALine(lines: number): number {
  const share = Math.floor(MOST_POINTS / Math.max(1, lines));
  return Math.min(MOST_POINTS_OF_A_LINE, Math.max(FEWEST_POINTS_OF_A_LINE, share));
}

/** One color for each layer, in turn; training and validation have one each as well. */
export function layerColors(names: readonly string[]): (name: string) => string {
  const layers = [...new Set(names.map(layerOf))];
  return (name) => `--curve-${String((layers.indexOf(layerOf(name)) % CURVE_COLORS) + 1)}`;
}

function nameAmongRuns(run: ChartRun, series: Series, { metric, parameter }: ChartChoice): string {
  const tells = metricKind(metric).perParameter ? parameter === null : series.name === "validation";
  return tells ? `${run.name} · ${series.name}` : run.name;
}

/** `gru` of `gru.weight_ih_l0`; a name without a dot is its own. */
function layerOf(parameter: string): string {
  const dot = parameter.lastIndexOf(".");
  return dot < 0 ? parameter : parameter.slice(0, dot);
}

/** Weights, biases and others of a layer differ by it; validation differs from training. */
function dashOf({ name }: Series, { metric }: ChartChoice): Dash {
  if (!metricKind(metric).perParameter) return name === "validation" ? "dash" : "solid";
  const own = name.slice(name.lastIndexOf(".") + 1);
  if (own.startsWith("bias")) return "dot";
  return own.startsWith("weight") ? "solid" : "dash";
}

interface LineMarks {
  nonFinite: Marks;
  zeros: Marks;
}

function measure(
  look: Pick<ChartLine, "name" | "color" | "dash">,
  series: Series,
  choice: ChartChoice,
  most: number,
): { line: ChartLine; marks: LineMarks } {
  const x = series.iteration as number[];
  const measured = series.values.map(toNumber);
  const y = choice.logarithmic ? measured.map((value) => (value > 0 ? value : NaN)) : measured;
  const smoothed = choice.smoothing > 0 ? smooth(y, choice.smoothing) : null;
  const line = {
    ...look,
    raw: thinCurve({ x, y }, most),
    smoothed: smoothed === null ? null : thinCurve({ x, y: smoothed }, most),
    last: measured.at(-1) ?? NaN,
  };
  return { line, marks: marksOf(look.name, x, measured, choice.logarithmic) };
}

function marksOf(
  name: string,
  x: readonly number[],
  y: readonly number[],
  logarithmic: boolean,
): LineMarks {
  const marks = { nonFinite: noMarks(), zeros: noMarks() };
  const isDrawn = (value: number) => Number.isFinite(value) && (!logarithmic || value > 0);
  // Marks before the first value that is drawn stand at its height.
  let height = y.find(isDrawn) ?? 1;
  for (const [row, value] of y.entries()) {
    if (isDrawn(value)) height = value;
    else if (!Number.isFinite(value)) mark(marks.nonFinite, x[row], height, `${name} ${value}`);
    else if (value === 0) mark(marks.zeros, x[row], height, `${name} 0`);
  }
  return marks;
}

function noMarks(): Marks {
  return { x: [], y: [], text: [] };
}

function mark(marks: Marks, x: number | undefined, y: number, text: string): void {
  if (x === undefined || marks.x.length >= MOST_MARKS) return;
  marks.x.push(x);
  marks.y.push(y);
  marks.text.push(text);
}

function joinMarks(parts: readonly Marks[]): Marks {
  return {
    x: parts.flatMap(({ x }) => x),
    y: parts.flatMap(({ y }) => y),
    text: parts.flatMap(({ text }) => text),
  };
}

/** Where on its line each of these iterations stands; not those whose value is not finite. */
export function pointsAt(series: Series, iterations: readonly number[]): Omit<Marks, "text"> {
  const points = { x: [] as number[], y: [] as number[] };
  for (const iteration of iterations) {
    const row = rowsBefore(series.iteration, iteration);
    const value = toNumber(series.values[row] ?? NaN);
    if (series.iteration[row] !== iteration || !Number.isFinite(value)) continue;
    points.x.push(iteration);
    points.y.push(value);
  }
  return points;
}

/** The first iteration whose loss is not finite; null where there is none. */
export function firstNonFinite({ iteration, loss }: Metrics): number | null {
  const row = loss.findIndex((value) => !Number.isFinite(toNumber(value)));
  return row < 0 ? null : (iteration[row] ?? null);
}
