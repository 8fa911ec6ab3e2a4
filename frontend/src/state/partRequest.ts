/** The request for what can be run of a wrong spec; a newer one cancels an older one. */

import { recordUntilMistake, type JsonObject } from "../api/client";
import type { WholeTape } from "../api/types";
import type { Spec } from "../model/spec";

export class PartRequest {
  #loading: AbortController | null = null;

  /** `signal` and `cancel` end it. */
  fetch(spec: Spec, signal: AbortSignal): Promise<WholeTape> {
    this.cancel();
    const loading = new AbortController();
    this.#loading = loading;
    signal.addEventListener("abort", () => loading.abort());
    return recordUntilMistake(spec as unknown as JsonObject, loading.signal);
  }

  cancel(): void {
    this.#loading?.abort();
  }
}
