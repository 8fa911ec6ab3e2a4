/**
 * Layouts side by side on the same graph: ours, elkjs, dagre. `make bench` opens this page.
 *
 * Each runs in a worker of its own, as it would in a page, and a time counts from sending the graph
 * to having every place. Ours is given the groups too, which are left out for the others.
 */

import ELK from "elkjs/lib/elk-api";
import elkWorkerUrl from "elkjs/lib/elk-worker.min.js?url";
import type { Structure } from "../src/api/types";
import { buildGroups } from "../src/model/groups";
import { toLayoutGraph } from "../src/stage/layout/geometry";
import { LayoutClient } from "../src/stage/layout/layoutClient";
import type { LayoutGraph } from "../src/stage/layout/layoutGraph";
import { spacingFor } from "../src/stage/layout/measures";
import { buildScene } from "../src/stage/scene/scene";

/** Every op a card, nothing folded. */
async function loadGraph(address: string): Promise<LayoutGraph> {
  const structure = (await (await fetch(address)).json()) as Structure;
  const groups = buildGroups(structure);
  const unfolded = new Set(groups.repeats.map(({ id }) => id));
  const folding = { unfolded, steps: new Map<number, number>() };
  const scene = buildScene(structure, "op", new Map(), groups, null, folding);
  return toLayoutGraph(scene, "horizontal");
}

interface Engine {
  layOut(graph: LayoutGraph): Promise<unknown>;
  stop(): void;
}

function startOurs(): Engine {
  const client = new LayoutClient(-1);
  return { layOut: (graph) => client.layOut(graph), stop: () => client.destroy() };
}

function startElk(): Engine {
  const elk = new ELK({ workerUrl: elkWorkerUrl });
  return {
    layOut: (graph) => elk.layout(toElk(graph)),
    stop: () => elk.terminateWorker(),
  };
}

interface ElkGraph {
  id: string;
  layoutOptions: Record<string, string>;
  children: { id: string; width: number; height: number }[];
  edges: { id: string; sources: string[]; targets: string[] }[];
}

function toElk(graph: LayoutGraph): ElkGraph {
  return {
    id: "root",
    layoutOptions: { "elk.algorithm": "layered", "elk.direction": "RIGHT" },
    children: Array.from({ length: graph.leaves }, (_, leaf) => ({
      id: String(leaf),
      ...sizeOf(graph, leaf),
    })),
    edges: Array.from(graph.from, (from, wire) => ({
      id: `wire ${String(wire)}`,
      sources: [String(from)],
      targets: [String(graph.to[wire])],
    })),
  };
}

function sizeOf(graph: LayoutGraph, leaf: number): { width: number; height: number } {
  return {
    width: graph.length[leaf] as number,
    height: (graph.forwardAscent[leaf] as number) + (graph.forwardDescent[leaf] as number),
  };
}

function startDagre(): Engine {
  const worker = new Worker(new URL("./dagre.worker.ts", import.meta.url), { type: "module" });
  return {
    layOut: (graph) =>
      new Promise((resolve, reject) => {
        worker.onmessage = ({ data }: MessageEvent<{ problem: string | null }>) => {
          if (data.problem === null) resolve(null);
          else reject(new Error(data.problem));
        };
        worker.onerror = ({ message }) => reject(new Error(message));
        const sizes = Array.from({ length: graph.leaves }, (_, leaf) => sizeOf(graph, leaf));
        worker.postMessage({ sizes, from: graph.from, to: graph.to });
      }),
    stop: () => worker.terminate(),
  };
}

const engines = { ours: startOurs, elkjs: startElk, dagre: startDagre };

interface Outcome {
  readonly milliseconds: number | null;
  readonly problem: string | null;
}

/** One layout; a problem where it fails or is not done in time. */
async function measure(
  graph: LayoutGraph,
  name: keyof typeof engines,
  limitMilliseconds: number,
): Promise<Outcome> {
  const engine = engines[name]();
  const late = new Promise<never>((_, reject) => {
    setTimeout(
      () => reject(new Error(`> ${String(limitMilliseconds / 1000)} s`)),
      limitMilliseconds,
    );
  });
  try {
    // Its worker is started and warm: it is the layout that is measured, on a graph new to it.
    await Promise.race([engine.layOut(warmUp), late]);
    const startedAt = performance.now();
    await Promise.race([engine.layOut(graph), late]);
    return { milliseconds: performance.now() - startedAt, problem: null };
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    const overflow = /call stack|recursion/i.test(words);
    return { milliseconds: null, problem: overflow ? "stack overflow" : words };
  } finally {
    engine.stop();
  }
}

const two = new Float64Array([100, 100]);

/** Two cards and a wire. */
const warmUp: LayoutGraph = {
  leaves: 2,
  groups: 0,
  parent: new Int32Array([-1, -1]),
  length: two,
  forwardAscent: two,
  forwardDescent: two,
  backwardAscent: two,
  backwardDescent: two,
  from: new Int32Array([0]),
  to: new Int32Array([1]),
  trunk: new Int32Array([0]),
  main: new Uint8Array([1]),
  spacing: spacingFor("horizontal"),
  folded: new Uint8Array(0),
  foldSpacing: spacingFor("horizontal"),
};

const graphs = new Map<string, LayoutGraph>();

declare global {
  interface Window {
    layouts: unknown;
  }
}

window.layouts = {
  async load(address: string): Promise<{ cards: number; wires: number }> {
    const graph = await loadGraph(address);
    graphs.set(address, graph);
    return { cards: graph.leaves, wires: graph.from.length };
  },
  measure(address: string, name: keyof typeof engines, limitMilliseconds: number) {
    return measure(graphs.get(address) as LayoutGraph, name, limitMilliseconds);
  },
};
