/** Dagre, which knows no worker of its own. */

import dagre from "@dagrejs/dagre";

interface Request {
  readonly sizes: readonly { width: number; height: number }[];
  readonly from: Int32Array;
  readonly to: Int32Array;
}

self.addEventListener("message", ({ data }: MessageEvent<Request>) => {
  try {
    const graph = new dagre.graphlib.Graph();
    graph.setGraph({ rankdir: "LR" });
    graph.setDefaultEdgeLabel(() => ({}));
    for (const [leaf, size] of data.sizes.entries()) graph.setNode(String(leaf), { ...size });
    for (const [wire, from] of data.from.entries()) {
      graph.setEdge(String(from), String(data.to[wire]));
    }
    dagre.layout(graph);
    self.postMessage({ problem: null });
  } catch (error) {
    self.postMessage({ problem: String(error) });
  }
});
