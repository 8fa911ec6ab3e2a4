/**
 * The layout: each group on its own, from the inside out, then everything in its place.
 *
 * Along the flow members stand in columns by longest path; across it, straight chains keep rows
 * and long edges keep lanes of their own, so that nothing ever runs over a card. The backward half
 * is the forward half mirrored. Everything iterates: a tape is deeper than the engine's stack.
 */

import type { Layout, LayoutGraph } from "./layoutGraph";
import { arrange, type Arrangement } from "./layoutArrange";
import { buildLocalGraphs, type LocalGraphs } from "./layoutNesting";

export function layOut(graph: LayoutGraph): Layout {
  const nesting = buildLocalGraphs(graph);
  const sizes = leafSizes(graph);
  const arrangements: Arrangement[] = [];
  // Inner groups have higher numbers than the groups around them; the top comes last.
  for (let group = graph.groups - 1; group >= -1; group--) {
    const spacing = graph.folded[group] === 1 ? graph.foldSpacing : graph.spacing;
    const arrangement = arrange(nesting.of(group), sizes, spacing, group < 0);
    arrangements[group + 1] = arrangement;
    if (group >= 0) setSize(sizes, graph.leaves + group, arrangement);
  }
  return place(graph, nesting, sizes, arrangements);
}

export interface Sizes {
  readonly length: Float64Array;
  readonly forwardAscent: Float64Array;
  readonly forwardDescent: Float64Array;
  readonly backwardAscent: Float64Array;
  readonly backwardDescent: Float64Array;
}

function leafSizes(graph: LayoutGraph): Sizes {
  const extend = (values: Float64Array): Float64Array => {
    const extended = new Float64Array(graph.leaves + graph.groups);
    extended.set(values);
    return extended;
  };
  return {
    length: extend(graph.length),
    forwardAscent: extend(graph.forwardAscent),
    forwardDescent: extend(graph.forwardDescent),
    backwardAscent: extend(graph.backwardAscent),
    backwardDescent: extend(graph.backwardDescent),
  };
}

function setSize(sizes: Sizes, node: number, arrangement: Arrangement): void {
  sizes.length[node] = arrangement.length;
  sizes.forwardAscent[node] = arrangement.forwardAscent;
  sizes.forwardDescent[node] = arrangement.forwardDescent;
  sizes.backwardAscent[node] = arrangement.backwardAscent;
  sizes.backwardDescent[node] = arrangement.backwardDescent;
}

function place(
  graph: LayoutGraph,
  nesting: LocalGraphs,
  sizes: Sizes,
  arrangements: readonly Arrangement[],
): Layout {
  const count = graph.leaves + graph.groups;
  const start = new Float64Array(count);
  const forwardLine = new Float64Array(count);
  const backwardLine = new Float64Array(count);
  const top = arrangements[0] as Arrangement;
  const apart = top.forwardDescent + graph.spacing.middle + top.backwardAscent;
  for (let group = -1; group < graph.groups; group++) {
    const arrangement = arrangements[group + 1] as Arrangement;
    const node = graph.leaves + group;
    const origin = group < 0 ? 0 : (start[node] as number);
    const forward = group < 0 ? 0 : (forwardLine[node] as number);
    const backward = group < 0 ? apart : (backwardLine[node] as number);
    for (const [index, child] of nesting.of(group).nodes.entries()) {
      start[child] = origin + (arrangement.start[index] as number);
      forwardLine[child] = forward + (arrangement.forwardLine[index] as number);
      backwardLine[child] = backward + (arrangement.backwardLine[index] as number);
    }
  }
  const placed = { start, forwardLine, backwardLine };
  return {
    ...sizes,
    ...placed,
    ...joinRoutes(graph, nesting, arrangements, placed, apart),
    totalLength: top.length,
    top: -top.forwardAscent,
    bottom: apart + top.backwardDescent,
  };
}

type Placed = Pick<Layout, "start" | "forwardLine" | "backwardLine">;
type Routes = Pick<Layout, "pointStart" | "along" | "forwardAcross" | "backwardAcross">;

/** A wire's way is the ways through the groups that it leaves and enters, end to end. */
function joinRoutes(
  graph: LayoutGraph,
  nesting: LocalGraphs,
  arrangements: readonly Arrangement[],
  placed: Placed,
  apart: number,
): Routes {
  const along: number[] = [];
  const forward: number[] = [];
  const backward: number[] = [];
  const pointStart = new Int32Array(graph.from.length + 1);
  for (let wire = 0; wire < graph.from.length; wire++) {
    for (const { group, edge } of nesting.segmentsOf(wire)) {
      const { points, pointStart: first } = arrangements[group + 1] as Arrangement;
      const node = graph.leaves + group;
      const u = group < 0 ? 0 : (placed.start[node] as number);
      const f = group < 0 ? 0 : (placed.forwardLine[node] as number);
      const b = group < 0 ? apart : (placed.backwardLine[node] as number);
      for (let i = first[edge] as number; i < (first[edge + 1] as number); i++) {
        along.push(u + (points[3 * i] as number));
        forward.push(f + (points[3 * i + 1] as number));
        backward.push(b + (points[3 * i + 2] as number));
      }
    }
    pointStart[wire + 1] = along.length;
  }
  return {
    pointStart,
    along: Float64Array.from(along),
    forwardAcross: Float64Array.from(forward),
    backwardAcross: Float64Array.from(backward),
  };
}
