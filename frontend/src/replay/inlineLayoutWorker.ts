/** Starts the layout's worker from its code, which the replay's script holds. */

import LayoutWorker from "../stage/layout/layout.worker.ts?worker&inline";

export function startLayoutWorker(): Worker {
  return new LayoutWorker();
}
