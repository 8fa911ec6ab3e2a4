/** Asks the layout worker; where there are no workers (tests), lays out on the spot. */

import { layOut } from "./layout";
import type { Layout, LayoutGraph } from "./layoutGraph";

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

export class LayoutClient {
  private readonly waiting = new Map<number, Waiting>();
  private readonly worker: Worker | null;
  private next = 0;

  constructor() {
    this.worker = typeof Worker === "undefined" ? null : this.start();
  }

  private start(): Worker {
    const worker = new Worker(new URL("./layout.worker.ts", import.meta.url), { type: "module" });
    worker.addEventListener("message", ({ data }: MessageEvent<LayoutReply>) => this.settle(data));
    worker.addEventListener("error", (event) => this.failAll(event.message));
    return worker;
  }

  layOut(graph: LayoutGraph): Promise<Layout> {
    const { worker } = this;
    if (worker === null) return Promise.resolve(layOut(graph));
    const id = this.next++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      worker.postMessage({ id, graph } satisfies LayoutRequest);
    });
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
