/** Splits a nested graph into one graph per group; wires that cross a border pass through ports. */

import type { LayoutGraph } from "./layoutGraph";
import type { LocalGraph } from "./layoutRanks";

export interface GroupGraph extends LocalGraph {
  /** Node (leaf, or leaves + group) behind the members 1…n in between the two ports. */
  readonly nodes: readonly number[];
}

export interface Segment {
  readonly group: number;
  readonly edge: number;
}

export interface LocalGraphs {
  /** -1 is the top. */
  of(group: number): GroupGraph;
  /** A wire's way from its source out of groups and into groups to its target. */
  segmentsOf(wire: number): readonly Segment[];
}

interface Draft {
  readonly graph: LayoutGraph;
  readonly groups: GroupGraph[];
  readonly memberOf: Int32Array;
  readonly depth: Int32Array;
  readonly edgeByName: Map<string, number>;
}

export function buildLocalGraphs(graph: LayoutGraph): LocalGraphs {
  const groups = collectMembers(graph);
  const memberOf = new Int32Array(graph.leaves + graph.groups);
  for (const group of groups) {
    for (const [index, node] of group.nodes.entries()) memberOf[node] = index + 1;
  }
  const depth = new Int32Array(graph.groups);
  for (let group = 0; group < graph.groups; group++) {
    const parent = graph.parent[graph.leaves + group] as number;
    depth[group] = parent < 0 ? 1 : (depth[parent] as number) + 1;
  }
  const draft: Draft = { graph, groups, memberOf, depth, edgeByName: new Map() };
  const segments: Segment[][] = [];
  for (let wire = 0; wire < graph.from.length; wire++) segments.push(splitWire(draft, wire));
  return {
    of: (group) => groups[group + 1] as GroupGraph,
    segmentsOf: (wire) => segments[wire] as Segment[],
  };
}

/** The members of each group in the tape's order: a group stands where its first leaf does. */
function collectMembers(graph: LayoutGraph): GroupGraph[] {
  const nodes: number[][] = Array.from({ length: graph.groups + 1 }, () => []);
  const placed = new Uint8Array(graph.groups);
  for (let leaf = 0; leaf < graph.leaves; leaf++) {
    let node = leaf;
    for (;;) {
      const parent = graph.parent[node] as number;
      nodes[parent + 1]?.push(node);
      if (parent < 0 || placed[parent] === 1) break;
      placed[parent] = 1;
      node = graph.leaves + parent;
    }
  }
  return nodes.map((list) => ({
    nodes: list,
    members: list.length + 2,
    from: [],
    to: [],
    trunk: [],
    main: [],
  }));
}

function addEdge(draft: Draft, wire: number, group: number, from: number, to: number): Segment {
  const { graph, groups, edgeByName } = draft;
  const trunk = graph.trunk[wire] as number;
  const main = graph.main[wire] === 1;
  const local = groups[group + 1] as GroupGraph;
  const name = `${String(group)}:${String(from)}>${String(to)}:${String(trunk)}`;
  let edge = edgeByName.get(name);
  if (edge === undefined) {
    edge = local.from.push(from) - 1;
    local.to.push(to);
    local.trunk.push(trunk);
    local.main.push(main);
    edgeByName.set(name, edge);
  }
  if (main) local.main[edge] = true;
  return { group, edge };
}

function splitWire(draft: Draft, wire: number): Segment[] {
  const { graph, groups, memberOf, depth } = draft;
  let [source, target] = [graph.from[wire] as number, graph.to[wire] as number];
  let [sourceGroup, targetGroup] = [graph.parent[source] as number, graph.parent[target] as number];
  const leaving: Segment[] = [];
  const entering: Segment[] = [];
  const depthOf = (group: number): number => (group < 0 ? 0 : (depth[group] as number));
  while (sourceGroup !== targetGroup) {
    if (depthOf(sourceGroup) >= depthOf(targetGroup)) {
      const out = (groups[sourceGroup + 1] as GroupGraph).members - 1;
      leaving.push(addEdge(draft, wire, sourceGroup, memberOf[source] as number, out));
      source = graph.leaves + sourceGroup;
      sourceGroup = graph.parent[source] as number;
    } else {
      entering.push(addEdge(draft, wire, targetGroup, 0, memberOf[target] as number));
      target = graph.leaves + targetGroup;
      targetGroup = graph.parent[target] as number;
    }
  }
  const [from, to] = [memberOf[source] as number, memberOf[target] as number];
  if (from >= to) throw new Error(`Wire ${String(wire)} runs against the tape's order.`);
  return [...leaving, addEdge(draft, wire, sourceGroup, from, to), ...entering.reverse()];
}
