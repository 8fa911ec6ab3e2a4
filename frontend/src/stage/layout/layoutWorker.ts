/** Starts the layout's worker: a file of its own. A replay, which is one file, has another way. */

export function startLayoutWorker(): Worker {
  return new Worker(new URL("./layout.worker.ts", import.meta.url), { type: "module" });
}
