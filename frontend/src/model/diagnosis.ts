/** A diagnosis in words: what findings are called, and what it means that there are none. */

import type { Finding, FindingKind } from "../api/types";
import { formatCount, formatNumber } from "./format";
import { toNumber } from "./tape";

export const FINDING_TITLES: Readonly<Record<FindingKind, string>> = {
  non_finite: "NaN or infinity",
  accumulated_gradients: "Gradients pile up",
  symmetric_initialization: "Units all alike",
  dead_relu: "Dead ReLU",
  saturation: "Saturation",
  exploding_gradient: "Exploding gradient",
  vanishing_gradient: "Vanishing gradient",
  label_shift: "Targets far away",
  oscillation: "Steps too large",
  loss_plateau: "Loss stands still",
};

/** Iterations after which the server judges these; a test compares them with its thresholds. */
export const JUDGED_AFTER = { oscillation: 20, plateau: 100 };

export interface Looked {
  /** How many iterations have run. */
  iterations: number;
  /** Which one was recorded last. */
  recorded: number | null;
}

export interface Verdict {
  title: string;
  /** What was looked at, and what there is too little of. */
  text: string;
}

/** What it means that nothing is found. */
export function verdictOfNothing({ iterations, recorded }: Looked): Verdict {
  if (iterations === 0 || recorded === null) {
    return { title: "Nothing to judge yet", text: "No iteration is recorded." };
  }
  const layers = `the gradient at every layer of iteration ${recorded}, dead and saturated units, and whether units differ`;
  if (iterations <= JUDGED_AFTER.oscillation) {
    const rest = `Where the loss leads is judged after ${JUDGED_AFTER.oscillation} iterations.`;
    return { title: "Nothing wrong so far", text: `Looked at ${layers}. ${rest}` };
  }
  const losses = `${iterations} losses for zigzags, running away and NaN`;
  if (iterations < JUDGED_AFTER.plateau) {
    const rest = `Whether it stands still is judged after ${JUDGED_AFTER.plateau} iterations.`;
    return { title: "Healthy so far", text: `Looked at ${layers}; at ${losses}. ${rest}` };
  }
  return { title: "Healthy", text: `Looked at ${layers}; at ${losses}, and whether it moves.` };
}

/** The numbers that show a finding, each with its name in words. */
export function evidenceOf({ evidence }: Finding): { name: string; value: string }[] {
  return Object.entries(evidence).map(([name, value]) => ({
    name: name.replaceAll("_", " "),
    value: formatEvidence(toNumber(value)),
  }));
}

/** Counts are whole; all else has three digits. */
function formatEvidence(value: number): string {
  return Number.isSafeInteger(value) ? formatCount(value) : formatNumber(value, 3);
}
