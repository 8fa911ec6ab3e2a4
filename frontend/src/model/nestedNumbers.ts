/** Numbers as JSON carries them, one level of lists per dimension, in a row. */

import type { NestedNumbers } from "../api/types";
import { toNumber } from "./tape";

export function flattenNumbers(values: NestedNumbers): number[] {
  if (Array.isArray(values)) return values.flatMap(flattenNumbers);
  return [toNumber(typeof values === "boolean" ? Number(values) : values)];
}
