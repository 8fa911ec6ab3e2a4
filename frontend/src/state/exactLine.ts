/** Exact numbers of a line of a tensor of the shown tape. */

import type { Line } from "../model/farProduct";
import { gridShape } from "../model/grid";
import { tensorOf } from "../model/tape";
import { flatten } from "./numbers.svelte";
import type { TapeState } from "./tape.svelte";

/** Null where the tape's source has no more numbers than the tape. */
export function readLine(
  { source, own }: TapeState,
  { tensor, ...line }: Line,
  signal: AbortSignal,
): Promise<readonly number[]> | null {
  if (source === null || own === null || !source.hasAllNumbers) return null;
  const { shape } = tensorOf(own.structure, tensor);
  const part = { shape, grid: gridShape(shape), ...line };
  return source.readNumbers(own.frame.iteration, tensor, part, signal).then(flatten);
}
