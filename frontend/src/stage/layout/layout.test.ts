import { describe, expect, it } from "vitest";
import { layOut } from "./layout";
import type { Layout, LayoutGraph } from "./layoutGraph";
import { spacingFor, spacingOfFold } from "./measures";

/** Numbers from 0 to 1 that are the same in every run. */
function makeRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

interface Wiring {
  readonly leaves: number;
  readonly parent: readonly number[];
  readonly edges: readonly (readonly [number, number])[];
}

function graphOf({ leaves, parent, edges }: Wiring, random: () => number = () => 0.5): LayoutGraph {
  const size = (least: number, most: number): Float64Array =>
    Float64Array.from({ length: leaves }, () => least + Math.round(random() * (most - least)));
  return {
    leaves,
    groups: parent.length - leaves,
    parent: Int32Array.from(parent),
    length: size(80, 140),
    forwardAscent: size(40, 60),
    forwardDescent: size(40, 120),
    backwardAscent: size(40, 60),
    backwardDescent: size(40, 120),
    from: Int32Array.from(edges, ([from]) => from),
    to: Int32Array.from(edges, ([, to]) => to),
    trunk: Int32Array.from(edges, ([from]) => from),
    main: Uint8Array.from(edges, () => Number(random() < 0.7)),
    spacing: spacingFor("horizontal"),
    folded: Uint8Array.from({ length: parent.length - leaves }, () => Number(random() < 0.3)),
    foldSpacing: spacingOfFold(spacingFor("horizontal"), "horizontal"),
  };
}

/** A random acyclic graph with groups over contiguous stretches, groups in groups among them. */
function randomGraph(seed: number): LayoutGraph {
  const random = makeRandom(seed);
  const leaves = 2 + Math.floor(random() * 40);
  const parent = new Array<number>(leaves).fill(-1);
  const groupParents: number[] = [];
  const nest = (from: number, to: number, around: number, depth: number): void => {
    let at = from;
    while (at < to) {
      const end = Math.min(to, at + 1 + Math.floor(random() * 8));
      if (random() < 0.5 && depth < 3) {
        const group = groupParents.push(around) - 1;
        nest(at, end, group, depth + 1);
      } else for (let leaf = at; leaf < end; leaf++) parent[leaf] = around;
      at = end;
    }
  };
  nest(0, leaves, -1, 0);
  const edges: [number, number][] = [];
  for (let to = 1; to < leaves; to++) {
    const count = Math.floor(random() * 4);
    for (let k = 0; k < count; k++) {
      const near = random() < 0.7 ? Math.max(0, to - 4) : 0;
      edges.push([near + Math.floor(random() * (to - near)), to]);
    }
  }
  const unique = [...new Map(edges.map((edge) => [edge.join(">"), edge])).values()];
  return graphOf({ leaves, parent: [...parent, ...groupParents], edges: unique }, random);
}

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

function boxOf(layout: Layout, node: number, half: "forward" | "backward"): Box {
  const line = (half === "forward" ? layout.forwardLine : layout.backwardLine)[node] as number;
  const ascent = half === "forward" ? layout.forwardAscent : layout.backwardAscent;
  const descent = half === "forward" ? layout.forwardDescent : layout.backwardDescent;
  const left = layout.start[node] as number;
  return {
    left,
    right: left + (layout.length[node] as number),
    top: line - (ascent[node] as number),
    bottom: line + (descent[node] as number),
  };
}

function overlap(a: Box, b: Box): boolean {
  const slack = 1e-6;
  return (
    a.left < b.right - slack &&
    b.left < a.right - slack &&
    a.top < b.bottom - slack &&
    b.top < a.bottom - slack
  );
}

function contains(outer: Box, inner: Box): boolean {
  return (
    outer.left <= inner.left &&
    outer.right >= inner.right &&
    outer.top <= inner.top &&
    outer.bottom >= inner.bottom
  );
}

/** Whether one node is the other, or a group somewhere around it. */
function isAround(graph: LayoutGraph, outer: number, inner: number): boolean {
  for (let node = inner; node >= 0;) {
    if (node === outer) return true;
    const parent = graph.parent[node] as number;
    node = parent < 0 ? -1 : graph.leaves + parent;
  }
  return false;
}

const seeds = Array.from({ length: 150 }, (_, seed) => seed);
const halves = ["forward", "backward"] as const;

describe("a layout of any graph", () => {
  it.each(seeds)("lets nothing overlap (graph %i)", (seed) => {
    const graph = randomGraph(seed);
    const layout = layOut(graph);
    const count = graph.leaves + graph.groups;
    const boxes = halves.flatMap((half) =>
      Array.from({ length: count }, (_, node) => ({ node, half, box: boxOf(layout, node, half) })),
    );
    const overlapping: string[] = [];
    for (const [i, a] of boxes.entries()) {
      for (const b of boxes.slice(i + 1)) {
        const nested =
          a.half === b.half && (isAround(graph, a.node, b.node) || isAround(graph, b.node, a.node));
        if (!nested && overlap(a.box, b.box))
          overlapping.push(`${a.half} ${a.node}, ${b.half} ${b.node}`);
      }
    }
    expect(overlapping).toEqual([]);
  });

  it.each(seeds)("keeps every member inside of its group (graph %i)", (seed) => {
    const graph = randomGraph(seed);
    const layout = layOut(graph);
    for (let node = 0; node < graph.leaves + graph.groups; node++) {
      const parent = graph.parent[node] as number;
      if (parent < 0) continue;
      for (const half of halves) {
        const outer = boxOf(layout, graph.leaves + parent, half);
        expect(contains(outer, boxOf(layout, node, half)), `${half} ${node}`).toBe(true);
      }
    }
  });

  it.each(seeds)("runs no edge over a card (graph %i)", (seed) => {
    const graph = randomGraph(seed);
    const layout = layOut(graph);
    const crossed: string[] = [];
    for (const half of halves) {
      const across = half === "forward" ? layout.forwardAcross : layout.backwardAcross;
      for (let wire = 0; wire < graph.from.length; wire++) {
        const end = layout.pointStart[wire + 1] as number;
        for (let i = (layout.pointStart[wire] as number) + 1; i < end; i++) {
          const [top, bottom] = [across[i - 1] as number, across[i] as number];
          const [left, right] = [layout.along[i - 1] as number, layout.along[i] as number];
          if (right < left) crossed.push(`${half} wire ${wire} turns back`);
          const piece = { left, right, top: Math.min(top, bottom), bottom: Math.max(top, bottom) };
          for (let leaf = 0; leaf < graph.leaves; leaf++) {
            if (overlap(piece, boxOf(layout, leaf, half)))
              crossed.push(`${half} wire ${wire} leaf ${leaf}`);
          }
        }
      }
    }
    expect(crossed).toEqual([]);
  });

  it.each(seeds.slice(0, 20))("is the same every time (graph %i)", (seed) => {
    expect(layOut(randomGraph(seed))).toEqual(layOut(randomGraph(seed)));
  });

  it.each(seeds.slice(0, 20))(
    "lets every edge run from its source to its target (graph %i)",
    (seed) => {
      const graph = randomGraph(seed);
      const layout = layOut(graph);
      for (let wire = 0; wire < graph.from.length; wire++) {
        const [from, to] = [graph.from[wire] as number, graph.to[wire] as number];
        const first = layout.pointStart[wire] as number;
        const last = (layout.pointStart[wire + 1] as number) - 1;
        expect(layout.along[first]).toBeCloseTo(boxOf(layout, from, "forward").right);
        expect(layout.forwardAcross[first]).toBeCloseTo(layout.forwardLine[from] as number);
        expect(layout.along[last]).toBeCloseTo(layout.start[to] as number);
        expect(layout.backwardAcross[last]).toBeCloseTo(layout.backwardLine[to] as number);
      }
    },
  );
});

describe("the picture of common networks", () => {
  const chain = graphOf({
    leaves: 5,
    parent: [-1, -1, -1, -1, -1],
    edges: [
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 4],
    ],
  });

  it("keeps a chain on one straight line in both halves", () => {
    const layout = layOut(chain);
    expect(new Set(layout.forwardLine)).toEqual(new Set([0]));
    expect(new Set(layout.backwardLine).size).toBe(1);
  });

  it("puts each gradient right below its card", () => {
    const layout = layOut(chain);
    expect(layout.backwardLine[2]).toBeGreaterThan(
      (layout.forwardLine[2] as number) + (layout.forwardDescent[2] as number),
    );
  });

  it("keeps the main road of a residual block straight and lifts the skip above it", () => {
    const edges: [number, number][] = [
      [0, 1],
      [1, 2],
      [2, 3],
      [0, 3],
      [3, 4],
    ];
    const layout = layOut(graphOf({ leaves: 5, parent: [-1, -1, -1, -1, -1], edges }));
    expect(new Set(layout.forwardLine)).toEqual(new Set([0]));
    const skip = layout.forwardAcross.slice(layout.pointStart[3], layout.pointStart[4]);
    expect(Math.min(...skip)).toBeLessThan(-(layout.forwardAscent[1] as number));
    const mirrored = layout.backwardAcross.slice(layout.pointStart[3], layout.pointStart[4]);
    expect(Math.max(...mirrored)).toBeGreaterThan(
      (layout.backwardLine[1] as number) + (layout.backwardDescent[1] as number),
    );
  });

  it("gives parallel branches a row each", () => {
    const edges: [number, number][] = [
      [0, 1],
      [0, 2],
      [0, 3],
      [1, 4],
      [2, 4],
      [3, 4],
    ];
    const layout = layOut(graphOf({ leaves: 5, parent: [-1, -1, -1, -1, -1], edges }));
    expect(new Set([1, 2, 3].map((leaf) => layout.forwardLine[leaf])).size).toBe(3);
    expect(new Set([1, 2, 3].map((leaf) => layout.start[leaf])).size).toBe(1);
  });

  it("puts what nothing leads to right before its first use", () => {
    const edges: [number, number][] = [
      [0, 1],
      [1, 2],
      [2, 4],
      [3, 4],
    ];
    const layout = layOut(graphOf({ leaves: 5, parent: [-1, -1, -1, -1, -1], edges }));
    expect(layout.start[3]).toBe(layout.start[2]);
  });

  it("refuses an edge against the tape's order", () => {
    expect(() => layOut(graphOf({ leaves: 2, parent: [-1, -1], edges: [[1, 0]] }))).toThrow(
      /order/,
    );
  });
});

describe("large tapes", () => {
  it("lays out 20,000 cards in groups within seconds, without recursion", () => {
    const steps = 10_000;
    const parent = [
      ...Array.from({ length: 2 * steps }, (_, leaf) => leaf >> 1),
      ...new Array<number>(steps).fill(-1),
    ];
    const edges = Array.from({ length: 2 * steps - 1 }, (_, i): [number, number] => [i, i + 1]);
    const graph = graphOf({ leaves: 2 * steps, parent, edges });
    const startedAt = performance.now();
    const layout = layOut(graph);
    // The aim is one second; the test only has to tell linear growth from quadratic.
    expect(performance.now() - startedAt).toBeLessThan(8_000);
    expect(layout.totalLength).toBeGreaterThan(steps * 160);
  });

  it("keeps one value that 3,000 later steps use in one lane", () => {
    const steps = 3_000;
    const edges: [number, number][] = [];
    for (let step = 1; step < steps; step++) edges.push([step - 1, step], [0, step]);
    const unique = [...new Map(edges.map((edge) => [edge.join(">"), edge])).values()];
    const layout = layOut(
      graphOf({ leaves: steps, parent: new Array<number>(steps).fill(-1), edges: unique }),
    );
    expect(new Set(layout.forwardLine)).toEqual(new Set([0]));
    expect(new Set(layout.forwardAcross).size).toBe(2);
  });
});
