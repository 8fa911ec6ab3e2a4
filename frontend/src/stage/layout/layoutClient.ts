/** Has graphs laid out: large ones by a worker, so that the page stays alive meanwhile. */

import { layOut } from "./layout";
import type { Layout, LayoutGraph } from "./layoutGraph";
import { startLayoutWorker } from "./layoutWorker";

export interface LayoutRequest {
  readonly id: number;
  readonly graph: LayoutGraph;
}

export type LayoutReply =
  | { readonly id: number; readonly layout: Layout; readonly problem: null }
  | { readonly id: number; readonly layout: null; readonly problem: string };

interface Waiting {
  resolve(layout: Layout): void;
  reject(error: Error): void;
}

/**
 * Cards up to which a graph is laid out on the spot. That takes one or two milliseconds, where
 * starting a worker took two hundred before the first picture could be painted.
 */
const onTheSpot = 200;

export class LayoutClient {
  private readonly waiting = new Map<number, Waiting>();
  private worker: Worker | null = null;
  private next = 0;

  constructor(private readonly atMostOnTheSpot = onTheSpot) {}

  async layOut(graph: LayoutGraph): Promise<Layout> {
    // Where there are no workers, as under test, everything is small enough.
    if (graph.leaves <= this.atMostOnTheSpot || typeof Worker === "undefined") return layOut(graph);
    this.worker ??= this.start();
    const { worker } = this;
    const id = this.next++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      worker.postMessage({ id, graph } satisfies LayoutRequest);
    });
  }

  private start(): Worker {
    const worker = startLayoutWorker();
    worker.addEventListener("message", ({ data }: MessageEvent<LayoutReply>) => this.settle(data));
    worker.addEventListener("error", (event) => this.failAll(event.message));
    return worker;
  }

  private settle(reply: LayoutReply): void {
    const waiting = this.waiting.get(reply.id);
    this.waiting.delete(reply.id);
    if (reply.problem === null) waiting?.resolve(reply.layout);
    else waiting?.reject(new Error(`The layout failed: ${reply.problem}`));
  }

  private failAll(message: string): void {
    for (const { reject } of this.waiting.values()) {
      reject(new Error(`The layout worker failed: ${message}`));
    }
    this.waiting.clear();
  }

  destroy(): void {
    this.worker?.terminate();
    this.waiting.clear();
  }
}
