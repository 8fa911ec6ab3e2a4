/** Tapes of a session, asked of the server. */

import { fetchLayers, fetchTape, fetchTapeBlob, fetchTimes, fetchValues } from "../api/client";
import type { NestedNumbers, OpTimes } from "../api/types";
import { sliceText } from "../model/grid";
import type { MatrixPart, TapeSource } from "./tapeSource";

export class SessionSource implements TapeSource {
  readonly hasAllNumbers = true;

  /** `key` is the session's id. */
  constructor(readonly key: string) {}

  async readTape(iteration: number, known: string | null, signal: AbortSignal) {
    const [json, blob] = await Promise.all([
      fetchTape(this.key, iteration, known, signal),
      fetchTapeBlob(this.key, iteration, signal),
    ]);
    return { json, blob };
  }

  async readNumbers(
    iteration: number,
    tensor: number,
    { shape, fixed, rows, columns }: MatrixPart,
    signal?: AbortSignal,
  ): Promise<NestedNumbers> {
    const slice = sliceText(shape, fixed, rows, columns);
    return (await fetchValues(this.key, tensor, slice, iteration, signal)).values;
  }

  readTimes(iteration: number, signal: AbortSignal): Promise<OpTimes> {
    return fetchTimes(this.key, iteration, signal);
  }

  async readLayers(iterations: readonly number[], signal: AbortSignal) {
    return (await fetchLayers(this.key, iterations, signal)).iterations;
  }
}
