/** How long training goes on, as the person chose it. */

import type { Command } from "../api/types";
import { formatCount } from "./format";

export type RunKind = "iterations" | "epochs" | "loss";

export interface RunLength {
  kind: RunKind;
  iterations: number;
  epochs: number;
  /** The goal: a loss below this. */
  below: number;
  /** Iterations after which the goal is given up. */
  most: number;
}

export type RunCommand = Extract<Command, { kind: "run" }>;

export function runCommand(length: RunLength, recordEvery: number): RunCommand {
  const run = { kind: "run", record_every: recordEvery } as const;
  switch (length.kind) {
    case "iterations":
      return { ...run, iterations: length.iterations };
    case "epochs":
      return { ...run, epochs: length.epochs };
    case "loss":
      return { ...run, iterations: length.most, until: { loss: length.below } };
  }
}

/** `500`, `3 epochs`, `to < 0.05`: what stands after "Train". */
export function lengthWords({ kind, iterations, epochs, below }: RunLength): string {
  switch (kind) {
    case "iterations":
      return formatCount(iterations);
    case "epochs":
      return `${formatCount(epochs)} ${epochs === 1 ? "epoch" : "epochs"}`;
    case "loss":
      // As it was typed, but for the minus sign.
      return `to < ${String(below).replace("-", "−")}`;
  }
}

/** The same in a sentence: `Train until the loss is below 0.05`. */
export function lengthTitle(length: RunLength): string {
  if (length.kind === "iterations") return `Train ${lengthWords(length)} iterations`;
  if (length.kind === "epochs") return `Train ${lengthWords(length)}`;
  return (
    `Train until the loss is below ${String(length.below)}, ` +
    `at most ${formatCount(length.most)} iterations`
  );
}

/**
 * The number of completed iterations at which a run ends at the latest.
 *
 * Args:
 *   here: completed iterations where it begins.
 *   perEpoch: iterations of one pass over the data; an epoch that has begun counts as the first.
 */
export function endOfRun(
  { iterations, epochs }: Pick<RunCommand, "iterations" | "epochs">,
  here: number,
  perEpoch: number,
): number {
  if (epochs == null) return here + (iterations ?? 0);
  return (Math.floor(here / perEpoch) + epochs) * perEpoch;
}
