/** Lays out in the background, so that the page stays alive while a large tape is arranged. */

import { layOut } from "./layout";
import type { LayoutGraph } from "./layoutGraph";
import type { LayoutReply, LayoutRequest } from "./layoutClient";

self.addEventListener("message", ({ data }: MessageEvent<LayoutRequest>) => {
  const reply = (graph: LayoutGraph): LayoutReply => {
    try {
      return { id: data.id, layout: layOut(graph), problem: null };
    } catch (error) {
      return { id: data.id, layout: null, problem: String(error) };
    }
  };
  self.postMessage(reply(data.graph));
});
