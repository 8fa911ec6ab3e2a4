/** One group laid out: where its members stand and how its edges run, from its own corner. */

import type { Sizes } from "./layout";
import type { Spacing } from "./layoutGraph";
import type { GroupGraph } from "./layoutNesting";
import { findChains, rankMembers, type Chains } from "./layoutRanks";
import { packRows, type Rows } from "./layoutRows";

export interface Arrangement {
  readonly length: number;
  readonly forwardAscent: number;
  readonly forwardDescent: number;
  readonly backwardAscent: number;
  readonly backwardDescent: number;
  /** Of each node in the group, in the group's order. */
  readonly start: Float64Array;
  readonly forwardLine: Float64Array;
  readonly backwardLine: Float64Array;
  /** Points of edge e: pointStart[e]…pointStart[e+1]; each is along, forward across, backward across. */
  readonly pointStart: Int32Array;
  readonly points: Float64Array;
}

interface Grid {
  readonly graph: GroupGraph;
  readonly rank: Int32Array;
  readonly chains: Chains;
  readonly rows: Rows;
  readonly sizes: Sizes;
  readonly spacing: Spacing;
  readonly isTop: boolean;
}

export function arrange(
  graph: GroupGraph,
  sizes: Sizes,
  spacing: Spacing,
  isTop: boolean,
): Arrangement {
  const rank = rankMembers(graph);
  const chains = findChains(graph, rank);
  const rows = packRows(graph, rank, chains);
  const grid: Grid = { graph, rank, chains, rows, sizes, spacing, isTop };
  const across = placeRows(grid);
  const along = placeColumns(grid, across);
  const { nodes } = graph;
  const rowOfNode = (index: number): number => rowOfMember(grid, index + 1);
  return {
    length: along.length,
    ...outerSize(grid, across),
    start: Float64Array.from(nodes, (node, index) => {
      const column = rank[index + 1] as number;
      const spare =
        (along.end[column] as number) -
        (along.start[column] as number) -
        (sizes.length[node] as number);
      return (along.start[column] as number) + spare / 2;
    }),
    forwardLine: Float64Array.from(nodes, (_, index) => across.forward[rowOfNode(index)] as number),
    backwardLine: Float64Array.from(
      nodes,
      (_, index) => across.backward[rowOfNode(index)] as number,
    ),
    ...routeEdges(grid, across, along),
  };
}

function isPort({ graph }: Grid, member: number): boolean {
  return member === 0 || member === graph.members - 1;
}

/** Ports stand on the group's own line, whatever row their chain is in. */
function rowOfMember(grid: Grid, member: number): number {
  if (isPort(grid, member)) return 0;
  return grid.rows.rowOf[grid.chains.spanOf[member] as number] as number;
}

interface Across {
  /** The line of each row, from the group's own line; forward rows rise, backward rows fall. */
  readonly forward: Float64Array;
  readonly backward: Float64Array;
  readonly heights: RowHeights;
}

interface RowHeights {
  readonly forwardAscent: Float64Array;
  readonly forwardDescent: Float64Array;
  readonly backwardAscent: Float64Array;
  readonly backwardDescent: Float64Array;
  readonly hasCards: Uint8Array;
}

function measureRows(grid: Grid): RowHeights {
  const count = Math.max(1, grid.rows.count);
  const lane = (): Float64Array => new Float64Array(count).fill(grid.spacing.lane / 2);
  const heights = {
    forwardAscent: lane(),
    forwardDescent: lane(),
    backwardAscent: lane(),
    backwardDescent: lane(),
  };
  const hasCards = new Uint8Array(count);
  for (const [index, node] of grid.graph.nodes.entries()) {
    const row = rowOfMember(grid, index + 1);
    hasCards[row] = 1;
    for (const side of Object.keys(heights) as (keyof typeof heights)[]) {
      heights[side][row] = Math.max(heights[side][row] as number, grid.sizes[side][node] as number);
    }
  }
  return { ...heights, hasCards };
}

function placeRows(grid: Grid): Across {
  const heights = measureRows(grid);
  const count = heights.hasCards.length;
  const forward = new Float64Array(count);
  const backward = new Float64Array(count);
  for (let row = 1; row < count; row++) {
    const cards = heights.hasCards[row] === 1 && heights.hasCards[row - 1] === 1;
    const gap = cards ? grid.spacing.row : grid.spacing.row / 2;
    const rise =
      (heights.forwardAscent[row - 1] as number) + gap + (heights.forwardDescent[row] as number);
    const fall =
      (heights.backwardDescent[row - 1] as number) + gap + (heights.backwardAscent[row] as number);
    forward[row] = (forward[row - 1] as number) - rise;
    backward[row] = (backward[row - 1] as number) + fall;
  }
  return { forward, backward, heights };
}

function outerSize(
  { isTop, spacing }: Grid,
  { forward, backward, heights }: Across,
): Pick<Arrangement, "forwardAscent" | "forwardDescent" | "backwardAscent" | "backwardDescent"> {
  const last = heights.hasCards.length - 1;
  const pad = isTop ? 0 : 1;
  return {
    forwardAscent:
      (heights.forwardAscent[last] as number) -
      (forward[last] as number) +
      pad * spacing.forwardPadAscent,
    forwardDescent: (heights.forwardDescent[0] as number) + pad * spacing.forwardPadDescent,
    backwardAscent: (heights.backwardAscent[0] as number) + pad * spacing.backwardPadAscent,
    backwardDescent:
      (heights.backwardDescent[last] as number) +
      (backward[last] as number) +
      pad * spacing.backwardPadDescent,
  };
}

interface Along {
  readonly start: Float64Array;
  readonly end: Float64Array;
  readonly length: number;
}

/** How far apart across the flow the ends of the edges between each two columns are at most. */
function bends(grid: Grid, across: Across): Float64Array {
  const { graph, rank } = grid;
  const widest = new Float64Array((rank[graph.members - 1] as number) + 1);
  const note = (gap: number, left: number, right: number): void => {
    const forward = Math.abs((across.forward[left] as number) - (across.forward[right] as number));
    const backward = Math.abs(
      (across.backward[left] as number) - (across.backward[right] as number),
    );
    widest[gap] = Math.max(widest[gap] as number, forward, backward);
  };
  for (let edge = 0; edge < graph.from.length; edge++) {
    const [source, target] = [graph.from[edge] as number, graph.to[edge] as number];
    const lane = laneOf(grid, edge);
    note(rank[source] as number, rowOfMember(grid, source), lane);
    note((rank[target] as number) - 1, lane, rowOfMember(grid, target));
  }
  return widest;
}

/** The row that an edge keeps to between its ends; its target's where it has no way in between. */
function laneOf(grid: Grid, edge: number): number {
  const span = grid.chains.spanOfEdge[edge] as number;
  if (span >= 0) return grid.rows.rowOf[span] as number;
  return rowOfMember(grid, grid.graph.to[edge] as number);
}

/** Steeper curves want more room, up to a point. Whole pixels, so that sums stay exact. */
function roomForBend(height: number): number {
  return height === 0 ? 0 : 26 + Math.min(40, Math.round(0.1 * height));
}

function placeColumns(grid: Grid, across: Across): Along {
  const { graph, rank, sizes, spacing, isTop } = grid;
  const columns = (rank[graph.members - 1] as number) + 1;
  const widths = new Float64Array(columns);
  for (const [index, node] of graph.nodes.entries()) {
    const column = rank[index + 1] as number;
    widths[column] = Math.max(widths[column] as number, sizes.length[node] as number);
  }
  const widest = bends(grid, across);
  const start = new Float64Array(columns);
  const end = new Float64Array(columns);
  for (let column = 1; column < columns; column++) {
    const border = column === 1 ? spacing.padStart : column === columns - 1 ? spacing.padEnd : null;
    const room = border === null ? spacing.column : isTop ? 0 : border;
    start[column] = (end[column - 1] as number) + room + roomForBend(widest[column - 1] as number);
    end[column] = (start[column] as number) + (widths[column] as number);
  }
  return { start, end, length: end[columns - 1] as number };
}

function routeEdges(
  grid: Grid,
  across: Across,
  along: Along,
): Pick<Arrangement, "points" | "pointStart"> {
  const { graph } = grid;
  const points: number[] = [];
  const pointStart = new Int32Array(graph.from.length + 1);
  for (let edge = 0; edge < graph.from.length; edge++) {
    for (const [u, row] of waypoints(grid, along, edge)) {
      points.push(u, across.forward[row] as number, across.backward[row] as number);
    }
    pointStart[edge + 1] = points.length / 3;
  }
  return { points: Float64Array.from(points), pointStart };
}

/** Where a member ends (side 1) or starts (side 0) along the flow. */
function border(grid: Grid, along: Along, member: number, side: 0 | 1): number {
  const column = grid.rank[member] as number;
  const [start, end] = [along.start[column] as number, along.end[column] as number];
  if (isPort(grid, member)) return start;
  const length = grid.sizes.length[grid.graph.nodes[member - 1] as number] as number;
  return side === 0 ? (start + end - length) / 2 : (start + end + length) / 2;
}

/** Out of the source, across one gap into its lane, along it, across one gap into the target. */
function waypoints(grid: Grid, along: Along, edge: number): [number, number][] {
  const { graph, rank } = grid;
  const [source, target] = [graph.from[edge] as number, graph.to[edge] as number];
  const [first, last] = [rank[source] as number, rank[target] as number];
  const [from, lane, to] = [
    rowOfMember(grid, source),
    laneOf(grid, edge),
    rowOfMember(grid, target),
  ];
  const way: [number, number][] = [
    [border(grid, along, source, 1), from],
    [along.end[first] as number, from],
  ];
  if (last - first > 1) {
    way.push([along.start[first + 1] as number, lane], [along.end[last - 1] as number, lane]);
  }
  way.push([along.start[last] as number, to], [border(grid, along, target, 0), to]);
  return way;
}
