/** How the numbers of a tensor came from those of others. */

import type { Op } from "../api/types";
import type { FarProduct } from "./farProduct";
import { shortName } from "./format";
import type { Axis, Panel } from "./numberPanel";

export type ArithmeticKind = "product" | "elementwise" | "reduction" | "result";

export interface Arithmetic {
  readonly kind: ArithmeticKind;
  /** The op that made the numbers; null for what no op made. */
  readonly op: Op | null;
  readonly result: Panel;
  /** A product's are left, right and, if there is one, what is added to it. */
  readonly operands: readonly Panel[];
  /**
   * For each operand the stored numbers that made one of the result's, in the order in which they
   * are put together; a product's left and right pair up one by one.
   */
  sources(index: number): readonly (readonly number[])[];
  /** The product that made a number of a "result", where its factors are not kept whole. */
  readonly far?: ((index: number) => FarProduct | null) | undefined;
}

function panelsOf({ operands, result }: Arithmetic): readonly Panel[] {
  return [...operands, result];
}

/** How many numbers lie along an axis. */
export function extentOf(arithmetic: Arithmetic, axis: Axis): number {
  let extent = 1;
  for (const panel of panelsOf(arithmetic)) {
    if (panel.rows === axis) extent = Math.max(extent, panel.rowCount);
    if (panel.columns === axis) extent = Math.max(extent, panel.columnCount);
  }
  return extent;
}

/** `mm`, or `add` for `add_`: in place or not, the numbers are the same. */
export function plainName(op: Op): string {
  return shortName(op.name).replace(/(?<=[a-z])_$/, "");
}
