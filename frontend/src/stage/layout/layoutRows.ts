/** Which row each span of a group runs in: packed tightly, ordered for few crossings. */

import type { Chains, LocalGraph, Span } from "./layoutRanks";

export interface Rows {
  /** Row of each span; row 0 is the straight main road, higher rows lie further outside. */
  readonly rowOf: Int32Array;
  readonly count: number;
}

interface OpenRow {
  /** Rows hold either members or edges only: an edge in line with a card would seem to enter it. */
  readonly thin: boolean;
  readonly spans: Span[];
}

/** Sweeps are tried where one costs less than this many comparisons. */
const sweepBudget = 200_000;
const sweeps = 4;

export function packRows(graph: LocalGraph, rank: Int32Array, chains: Chains): Rows {
  const { spans } = chains;
  const main = mainSpan(spans);
  const order = spans.map((_, index) => index).filter((index) => index !== main);
  // Short spans first: they come to lie inside of the long ones that arch over them.
  order.sort((a, b) => lengthOf(spans[a] as Span) - lengthOf(spans[b] as Span) || a - b);
  const rows: OpenRow[] = [];
  const rowOf = new Int32Array(spans.length);
  for (const index of main < 0 ? order : [main, ...order]) {
    rowOf[index] = placeSpan(rows, spans[index] as Span);
  }
  const better = orderRows(graph, rank, chains, rowOf, rows);
  return { rowOf: rowOf.map((row) => better[row] as number), count: rows.length };
}

function lengthOf(span: Span): number {
  return span.end - span.start;
}

/** The span that most of the data runs through. */
function mainSpan(spans: readonly Span[]): number {
  let best = -1;
  for (const [index, span] of spans.entries()) {
    const rival = spans[best];
    if (span.members.length === 0) continue;
    const heavier = rival === undefined ? 1 : span.weight - rival.weight;
    const longer = rival === undefined ? 1 : span.members.length - rival.members.length;
    if (heavier > 0 || (heavier === 0 && longer > 0)) best = index;
  }
  return best;
}

function placeSpan(rows: OpenRow[], span: Span): number {
  const thin = span.members.length === 0;
  for (const [index, row] of rows.entries()) {
    if (row.thin !== thin) continue;
    const position = firstFrom(row.spans, span.start);
    const [before, after] = [row.spans[position - 1], row.spans[position]];
    if (
      (before === undefined || before.end < span.start) &&
      (after === undefined || after.start > span.end)
    ) {
      row.spans.splice(position, 0, span);
      return index;
    }
  }
  return rows.push({ thin, spans: [span] }) - 1;
}

/** Position of the first span that starts at or after this rank. */
function firstFrom(spans: readonly Span[], start: number): number {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle] as Span).start < start) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A place where an edge changes rows: between `gap` and the next rank. */
interface Change {
  readonly gap: number;
  readonly left: number;
  readonly right: number;
}

function rowChanges(
  { from, to }: LocalGraph,
  rank: Int32Array,
  chains: Chains,
  rowOf: Int32Array,
): Change[] {
  const changes: Change[] = [];
  const add = (gap: number, left: number, right: number): void => {
    if (left !== right) changes.push({ gap, left, right });
  };
  for (let edge = 0; edge < from.length; edge++) {
    const [source, target] = [from[edge] as number, to[edge] as number];
    const left = rowOf[chains.spanOf[source] as number] as number;
    const right = rowOf[chains.spanOf[target] as number] as number;
    const span = chains.spanOfEdge[edge] as number;
    if (span < 0) add(rank[source] as number, left, right);
    else {
      const lane = rowOf[span] as number;
      add(rank[source] as number, left, lane);
      add((rank[target] as number) - 1, lane, right);
    }
  }
  return changes;
}

/** Median sweeps over the outer rows; the order with the fewest crossings is kept. */
function orderRows(
  graph: LocalGraph,
  rank: Int32Array,
  chains: Chains,
  rowOf: Int32Array,
  rows: readonly OpenRow[],
): number[] {
  let best = rows.map((_, row) => row);
  if (rows.length < 3) return best;
  const changes = rowChanges(graph, rank, chains, rowOf);
  if (changes.length * rows.length > sweepBudget) return best;
  let bestCost = crossings(changes, rows, best);
  let position = best;
  for (let sweep = 0; sweep < sweeps && bestCost > 0; sweep++) {
    position = byMedian(changes, position);
    const cost = crossings(changes, rows, position);
    if (cost < bestCost) [best, bestCost] = [position, cost];
  }
  return best;
}

function byMedian(changes: readonly Change[], position: readonly number[]): number[] {
  const neighbours: number[][] = position.map(() => []);
  for (const { left, right } of changes) {
    neighbours[left]?.push(position[right] as number);
    neighbours[right]?.push(position[left] as number);
  }
  const wish = neighbours.map((found, row) => {
    if (found.length === 0) return position[row] as number;
    found.sort((a, b) => a - b);
    return found[found.length >> 1] as number;
  });
  const order = position.map((_, row) => row).slice(1);
  const place = (row: number): number => position[row] as number;
  order.sort((a, b) => (wish[a] as number) - (wish[b] as number) || place(a) - place(b));
  const result = position.map(() => 0);
  for (const [index, row] of order.entries()) result[row] = index + 1;
  return result;
}

/** How often an edge that changes rows passes another row in use; its way counts a little too. */
function crossings(
  changes: readonly Change[],
  rows: readonly OpenRow[],
  position: readonly number[],
): number {
  const rowAt = position.map(() => 0);
  for (const [row, place] of position.entries()) rowAt[place] = row;
  let cost = 0;
  for (const { gap, left, right } of changes) {
    const [a, b] = [position[left] as number, position[right] as number];
    for (let place = Math.min(a, b) + 1; place < Math.max(a, b); place++) {
      if (passes(rows[rowAt[place] as number] as OpenRow, gap)) cost += 1;
    }
    cost += 0.01 * Math.abs(a - b);
  }
  return cost;
}

function passes(row: OpenRow, gap: number): boolean {
  const span = row.spans[firstFrom(row.spans, gap + 1) - 1];
  return span !== undefined && span.start <= gap && span.end > gap;
}
