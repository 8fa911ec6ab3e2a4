/** One group's graph: which column each member stands in, and which members form straight chains. */

/**
 * The graph inside one group. Member 0 is the port that everything from outside comes in by, the
 * last member the port that everything goes out by; the others stand in the tape's order.
 */
export interface LocalGraph {
  readonly members: number;
  readonly from: number[];
  readonly to: number[];
  readonly trunk: number[];
  readonly main: boolean[];
}

/** Columns by longest path. Members that nothing leads to stand right before their first use. */
export function rankMembers(graph: LocalGraph): Int32Array {
  const { members, from, to } = graph;
  const [incoming, outgoing] = [adjacency(members, to), adjacency(members, from)];
  const last = members - 1;
  const rank = new Int32Array(members);
  for (let member = 1; member < last; member++) {
    rank[member] = 1;
    for (const edge of incoming.of(member)) {
      rank[member] = Math.max(rank[member] ?? 1, (rank[from[edge] as number] as number) + 1);
    }
  }
  rank[last] = maximum(rank.subarray(0, last)) + 1;
  for (let member = last - 1; member > 0; member--) {
    if (incoming.of(member).length > 0 || outgoing.of(member).length === 0) continue;
    let first = Infinity;
    for (const edge of outgoing.of(member))
      first = Math.min(first, rank[to[edge] as number] as number);
    rank[member] = Math.max(1, first - 1);
  }
  return rank;
}

function maximum(values: Int32Array): number {
  let most = 0;
  for (const value of values) if (value > most) most = value;
  return most;
}

export interface Adjacency {
  /** Edges at a member. */
  of(member: number): Int32Array;
}

/** The edges that have each member at the given end, in order. */
function adjacency(members: number, ends: readonly number[]): Adjacency {
  const start = new Int32Array(members + 1);
  for (const end of ends) start[end + 1] = (start[end + 1] ?? 0) + 1;
  for (let i = 0; i < members; i++) start[i + 1] = (start[i + 1] ?? 0) + (start[i] ?? 0);
  const edges = new Int32Array(ends.length);
  const next = start.slice();
  for (const [edge, end] of ends.entries()) {
    const position = next[end] ?? 0;
    edges[position] = edge;
    next[end] = position + 1;
  }
  return { of: (member) => edges.subarray(start[member], start[member + 1]) };
}

/** A run of ranks that one row keeps free: for a straight chain of members, or for edges alone. */
export interface Span {
  start: number;
  end: number;
  /** Members that stand in it; none where only edges run. */
  readonly members: number[];
  /** How many of its members carry what comes from the inputs. */
  weight: number;
}

export interface Chains {
  readonly spans: Span[];
  /** Span of each member. */
  readonly spanOf: Int32Array;
  /** Span in which a long edge runs between its ends; -1 for edges between neighbouring ranks. */
  readonly spanOfEdge: Int32Array;
}

/** For each member the edge that it would rather be straight with: what it mainly continues. */
function preferredEdges({ members, from, to, main }: LocalGraph, rank: Int32Array): Int32Array {
  const preferred = new Int32Array(members).fill(-1);
  for (let edge = 0; edge < to.length; edge++) {
    const member = to[edge] as number;
    const best = preferred[member] as number;
    if (best < 0) {
      preferred[member] = edge;
      continue;
    }
    const difference = Number(main[edge]) - Number(main[best]);
    const nearer = (rank[from[edge] as number] as number) - (rank[from[best] as number] as number);
    if (difference > 0 || (difference === 0 && nearer > 0)) preferred[member] = edge;
  }
  return preferred;
}

/** How many members follow on the longest way out. */
function heights({ members, from, to }: LocalGraph): Int32Array {
  const height = new Int32Array(members);
  const outgoing = adjacency(members, from);
  for (let member = members - 1; member >= 0; member--) {
    for (const edge of outgoing.of(member)) {
      height[member] = Math.max(height[member] ?? 0, (height[to[edge] as number] as number) + 1);
    }
  }
  return height;
}

/** For each member the edge along which its chain goes on; of several claims the longest way wins. */
function chosenEdges(graph: LocalGraph, preferred: Int32Array): Int32Array {
  const height = heights(graph);
  const chosen = new Int32Array(graph.members).fill(-1);
  for (const edge of preferred) {
    if (edge < 0) continue;
    const source = graph.from[edge] as number;
    const rival = chosen[source] as number;
    if (rival < 0) {
      chosen[source] = edge;
      continue;
    }
    const difference = Number(graph.main[edge]) - Number(graph.main[rival]);
    const longer =
      (height[graph.to[edge] as number] as number) - (height[graph.to[rival] as number] as number);
    if (difference > 0 || (difference === 0 && longer > 0)) chosen[source] = edge;
  }
  return chosen;
}

/** Straight chains, and the spans that long edges need beside them. */
export function findChains(graph: LocalGraph, rank: Int32Array): Chains {
  const preferred = preferredEdges(graph, rank);
  const chosen = chosenEdges(graph, preferred);
  const chains: Chains = {
    spans: [],
    spanOf: new Int32Array(graph.members).fill(-1),
    spanOfEdge: new Int32Array(graph.from.length).fill(-1),
  };
  for (let member = 0; member < graph.members; member++) {
    const edge = preferred[member] as number;
    const source = edge < 0 ? -1 : (graph.from[edge] as number);
    if (source >= 0 && chosen[source] === edge) join(graph, rank, chains, member, edge);
    else begin(graph, rank, chains, member, edge);
  }
  spanLongEdges(graph, rank, chains);
  return chains;
}

function join(
  graph: LocalGraph,
  rank: Int32Array,
  chains: Chains,
  member: number,
  edge: number,
): void {
  const source = graph.from[edge] as number;
  const index = chains.spanOf[source] as number;
  const span = chains.spans[index] as Span;
  span.members.push(member);
  span.end = rank[member] as number;
  span.weight += Number(graph.main[edge]);
  chains.spanOf[member] = index;
  if (isLong(graph, rank, edge)) chains.spanOfEdge[edge] = index;
}

function begin(
  graph: LocalGraph,
  rank: Int32Array,
  chains: Chains,
  member: number,
  edge: number,
): void {
  const end = rank[member] as number;
  const long = edge >= 0 && isLong(graph, rank, edge);
  const start = long ? (rank[graph.from[edge] as number] as number) + 1 : end;
  if (long) chains.spanOfEdge[edge] = chains.spans.length;
  chains.spanOf[member] = chains.spans.length;
  chains.spans.push({
    start,
    end,
    members: [member],
    weight: edge >= 0 ? Number(graph.main[edge]) : 0,
  });
}

function isLong({ from, to }: LocalGraph, rank: Int32Array, edge: number): boolean {
  return (rank[to[edge] as number] as number) - (rank[from[edge] as number] as number) > 1;
}

/** Long edges beside the chains: on from a chain's end in its own row, else one lane per trunk. */
function spanLongEdges(graph: LocalGraph, rank: Int32Array, chains: Chains): void {
  const lanes = new Map<string, number>();
  for (let edge = 0; edge < graph.from.length; edge++) {
    if ((chains.spanOfEdge[edge] as number) >= 0 || !isLong(graph, rank, edge)) continue;
    const source = graph.from[edge] as number;
    const own = chains.spanOf[source] as number;
    const end = (rank[graph.to[edge] as number] as number) - 1;
    const tail = chains.spans[own]?.members.at(-1) === source;
    const name = tail ? "" : `${String(source)}:${String(graph.trunk[edge])}`;
    let index = tail ? own : lanes.get(name);
    if (index === undefined) {
      const start = (rank[source] as number) + 1;
      index = chains.spans.push({ start, end, members: [], weight: 0 }) - 1;
      lanes.set(name, index);
    }
    const span = chains.spans[index] as Span;
    span.end = Math.max(span.end, end);
    chains.spanOfEdge[edge] = index;
  }
}
