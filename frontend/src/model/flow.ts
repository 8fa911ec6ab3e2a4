/** How strong a gradient is, over all the tensors that make it up; zero and NaN are no strengths. */

import { statisticsOf, type Tape } from "./tape";

export type Flow =
  | { kind: "unreached" }
  | { kind: "zero" }
  | { kind: "not-finite" }
  | { kind: "value"; norm: number };

/** The norm over all numbers of these gradients; unreached where there are none. */
export function flowOver(tape: Tape, gradients: readonly number[]): Flow {
  let squares = 0;
  let reached = false;
  for (const tensor of gradients) {
    const statistics = statisticsOf(tape, tensor);
    if (statistics === null) continue;
    reached = true;
    if (statistics.non_finite > 0) return { kind: "not-finite" };
    squares += statistics.l2_norm ** 2;
  }
  if (!reached) return { kind: "unreached" };
  return squares === 0 ? { kind: "zero" } : { kind: "value", norm: Math.sqrt(squares) };
}
