/** What the server tells of two recordings, as it is shown: what changed most comes first. */

import type { ComparedTensor, Difference, Structure, TensorDifference } from "../api/types";
import { formatCount, formatNumber } from "./format";
import { tensorName } from "./names";
import { toNumber } from "./tape";

export interface DifferenceRow {
  /** On the later tape. */
  readonly tensor: number;
  readonly title: string;
  /** How many numbers are others: `16 of 16`. */
  readonly changed: string;
  /** The number that changed most: `[3, 1]`, and what became of it. */
  readonly place: string;
  readonly before: string;
  readonly after: string;
  readonly normBefore: string;
  readonly normAfter: string;
}

/** The rows of a list, for the structure of the later tape. */
export function differenceRows(difference: Difference, structure: Structure): DifferenceRow[] {
  return difference.tensors.map((each) => toRow(each, structure));
}

function toRow(each: TensorDifference, structure: Structure): DifferenceRow {
  const { index, before, after } = each.largest;
  return {
    tensor: each.tensor,
    title: tensorName(structure, each.tensor),
    changed: `${formatCount(each.changed)} of ${formatCount(each.numbers)}`,
    place: index.length === 0 ? "" : `[${index.join(", ")}]`,
    before: formatNumber(toNumber(before)),
    after: formatNumber(toNumber(after)),
    normBefore: formatNumber(toNumber(each.norm_before)),
    normAfter: formatNumber(toNumber(each.norm_after)),
  };
}

/** The two that are compared: `Iteration 3 → 7`. */
export function wordComparison(difference: Difference): string {
  const { iteration_before: before, iteration_after: after, replaced } = difference;
  return replaced ? `Iteration ${after}, before → after` : `Iteration ${before} → ${after}`;
}

/** How much is not the same: `29 of 32 tensors differ`. */
export function wordExtent({ changed, compared, tensors }: Difference): string {
  if (changed === 0) return `All ${formatCount(compared)} tensors are the same, bit for bit`;
  const listed = tensors.length < changed ? `; ${formatCount(tensors.length)} are listed` : "";
  return `${formatCount(changed)} of ${formatCount(compared)} tensors differ${listed}`;
}

/**
 * The tensors that a graph is to mark which is not the one that stood there before the change.
 *
 * Where it is the same one, the stage sees by itself what has changed.
 */
export function tensorsToMark(difference: Difference): ReadonlySet<number> {
  const isOther = difference.replaced && !difference.same_structure;
  return new Set(isOther ? difference.tensors.map(({ tensor }) => tensor) : []);
}

/** Tensors that only one of the tapes has; empty if there are none. */
export function wordUnmatched({ only_before, only_after }: Difference): string {
  const parts = [
    ...(only_after.length > 0 ? [`only now: ${list(only_after)}`] : []),
    ...(only_before.length > 0 ? [`only before: ${list(only_before)}`] : []),
  ];
  return parts.join(" · ");
}

/** How many tensors are named in a line. */
const MOST_NAMED = 3;

function list(tensors: readonly ComparedTensor[]): string {
  const named = tensors.slice(0, MOST_NAMED).map(wordTensor).join(", ");
  const more = tensors.length - MOST_NAMED;
  return more > 0 ? `${named} and ${formatCount(more)} more` : named;
}

function wordTensor({ role, name, of }: ComparedTensor): string {
  const what = of ?? "an unnamed value";
  if (role === "gradient") return of === null ? `a gradient of ${what}` : `∂loss/∂${what}`;
  return role === "updated" ? `${what} after the update` : (name ?? what);
}
