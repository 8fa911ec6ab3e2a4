/** Where tapes come from: a session on the server, or the file that the page itself is. */

import type { IterationLayers, NestedNumbers, OpTimes, WholeTape } from "../api/types";
import type { GridShape, Span } from "../model/grid";

/** A part of one matrix of a tensor; the dimensions before its last two are fixed. */
export interface MatrixPart {
  readonly shape: readonly number[];
  readonly grid: GridShape;
  readonly fixed: readonly number[];
  readonly rows: Span;
  readonly columns: Span;
}

export interface TapeSource {
  /** Two sources of the same key hold the same tapes. */
  readonly key: string;
  /** Whether it has the numbers that a preview leaves out. */
  readonly hasAllNumbers: boolean;

  /** A recorded iteration; without its structure where that is the `known` one. */
  readTape(iteration: number, known: string | null, signal: AbortSignal): Promise<WholeTape>;

  /** Numbers of a part, row by row, as nested as the part has dimensions. */
  readNumbers(
    iteration: number,
    tensor: number,
    part: MatrixPart,
    signal?: AbortSignal,
  ): Promise<NestedNumbers>;

  /** How long each op takes; absent where there is no network to run. */
  readTimes?(iteration: number, signal: AbortSignal): Promise<OpTimes>;

  /** Histograms and shares of the layers in recorded iterations; absent where none can be told. */
  readLayers?(iterations: readonly number[], signal: AbortSignal): Promise<IterationLayers[]>;
}
