/** Histograms of a layer over the iterations, brought onto one axis: ridges one behind the other. */

import type {
  IterationLayers,
  LayerStatistics,
  MagnitudeHistogram,
  ValueHistogram,
} from "../api/types";
import { formatPower } from "./flowScale";
import { formatNumber } from "./format";

/** Whose numbers: what layers gave, what came back to that, what came back to their parameters. */
export type RidgeMeasure = "output" | "output_gradient" | "parameter_gradient";

export interface Ridge {
  readonly iteration: number;
  /** Share of all numbers in each bin of the panel's axis; empty where nothing was counted. */
  readonly shares: Float64Array;
  /** Shares that are in no bin: exactly zero (of gradients only), NaN or infinite. */
  readonly zeros: number;
  readonly nonFinite: number;
}

export interface RidgePanel {
  readonly name: string;
  /** What the axis says at its ends. */
  readonly labels: readonly [string, string];
  /** Where zero stands, in bins from the left end; null where it does not, as on a logarithm. */
  readonly zeroAt: number | null;
  readonly bins: number;
  /** The oldest first. */
  readonly ridges: readonly Ridge[];
}

/** Of magnitudes, as the server counts them. */
const BINS_PER_DECADE = 4;

/** Counts of one iteration, in bins of the axis that all iterations of the layer share. */
interface Counted {
  readonly iteration: number;
  readonly first: number;
  readonly counts: readonly number[];
  readonly zeros: number;
  readonly nonFinite: number;
}

/** A panel for each layer that has such numbers, in the network's order. */
export function ridgePanels(
  history: readonly IterationLayers[],
  measure: RidgeMeasure,
): RidgePanel[] {
  const names = (history.at(-1)?.layers ?? []).map(({ name }) => name);
  if (measure === "output") return names.flatMap((name) => valuePanel(name, find(history, name)));
  const gradients = names.map((name) => ({
    name,
    counted: find(history, name).flatMap(({ iteration, layer }) => {
      const histogram = layer[measure]?.histogram;
      return histogram === undefined ? [] : [countedMagnitudes(iteration, histogram)];
    }),
  }));
  // One axis for all layers: where a gradient vanishes, its ridges wander off to the left.
  const span = wholeDecades(spanOf(gradients.flatMap(({ counted }) => counted)));
  return gradients
    .filter(({ counted }) => counted.length > 0)
    .map(({ name, counted }) => magnitudePanel(name, counted, span));
}

interface Found {
  readonly iteration: number;
  readonly layer: LayerStatistics;
}

function find(history: readonly IterationLayers[], name: string): Found[] {
  return history.flatMap(({ iteration, layers }) => {
    const layer = layers.find((each) => each.name === name);
    return layer === undefined ? [] : [{ iteration, layer }];
  });
}

function valuePanel(name: string, found: readonly Found[]): RidgePanel[] {
  const width = Math.max(...found.map(({ layer }) => layer.output.histogram.width));
  const counted = found.map(({ iteration, layer }) =>
    countedValues(iteration, layer.output.histogram, width),
  );
  const span = spanOf(counted);
  const labels = [span.from * width, span.to * width].map(formatEnd);
  const holdsZero = span.from <= 0 && span.to >= 0;
  return [
    {
      name,
      labels: labels as [string, string],
      zeroAt: holdsZero ? -span.from : null,
      bins: span.to - span.from,
      ridges: counted.map((each) => ridgeOf(each, span)),
    },
  ];
}

/** Shorter still where a power of ten comes with it. */
function formatEnd(value: number): string {
  const text = formatNumber(value, 2);
  return text.length > 7 ? formatNumber(value, 1) : text;
}

function magnitudePanel(name: string, counted: readonly Counted[], span: Span): RidgePanel {
  return {
    name,
    labels: [formatPower(span.from / BINS_PER_DECADE), formatPower(span.to / BINS_PER_DECADE)],
    zeroAt: null,
    bins: span.to - span.from,
    ridges: counted.map((each) => ridgeOf(each, span)),
  };
}

/** Bins of a wider histogram hold two, four, eight … of a narrower one: widths are powers of two. */
function countedValues(iteration: number, histogram: ValueHistogram, width: number): Counted {
  const together = width / histogram.width;
  const first = Math.floor(histogram.first / together);
  const counts: number[] = [];
  for (const [index, count] of histogram.counts.entries()) {
    const place = Math.floor((histogram.first + index) / together) - first;
    counts[place] = (counts[place] ?? 0) + count;
  }
  return { iteration, first, counts, zeros: 0, nonFinite: histogram.non_finite };
}

function countedMagnitudes(iteration: number, histogram: MagnitudeHistogram): Counted {
  const { first, counts, zeros, non_finite: nonFinite } = histogram;
  return { iteration, first, counts, zeros, nonFinite };
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** The bins that hold something in any iteration. */
function spanOf(counted: readonly Counted[]): Span {
  let [from, to] = [Infinity, -Infinity];
  for (const { first, counts } of counted) {
    if (counts.length === 0) continue;
    from = Math.min(from, first);
    to = Math.max(to, first + counts.length);
  }
  return from < to ? { from, to } : { from: 0, to: 1 };
}

function wholeDecades({ from, to }: Span): Span {
  const [least, most] = [Math.floor(from / BINS_PER_DECADE), Math.ceil(to / BINS_PER_DECADE)];
  return { from: least * BINS_PER_DECADE, to: most * BINS_PER_DECADE };
}

function ridgeOf({ iteration, first, counts, zeros, nonFinite }: Counted, span: Span): Ridge {
  const inBins = counts.reduce((sum, count) => sum + count, 0);
  const total = Math.max(1, inBins + zeros + nonFinite);
  const shares = new Float64Array(span.to - span.from);
  for (const [index, count] of counts.entries()) {
    shares[first + index - span.from] = count / total;
  }
  return { iteration, shares, zeros: zeros / total, nonFinite: nonFinite / total };
}

/** As many ridges as can be told apart; the server tells no more at once. */
const MOST_RIDGES = 60;

/** The iterations of which the layers are wanted: few of all that are recorded, or just one. */
export function iterationsToAsk(
  recorded: readonly number[],
  shown: number | null,
  overTime: boolean,
): number[] {
  const kept = new Set(overTime ? thinStably(recorded, MOST_RIDGES - 1) : []);
  if (shown !== null && recorded.includes(shown)) kept.add(shown);
  return [...kept].sort((left, right) => left - right);
}

/** Which of rising iterations to ask for: few, and mostly the same ones when more are recorded. */
export function thinStably(iterations: readonly number[], most: number): number[] {
  let stride = 1;
  while (iterations.length / stride > most - 1) stride *= 2;
  const last = iterations.length - 1;
  return iterations.filter((_, index) => index % stride === 0 || index === last);
}
