/** A tensor's value against its gradient, number by number: what pointing at it tells. */

import { formatNumber, formatShape, formatShare } from "./format";
import { arrivingGradients, updatedOf } from "./inspection";
import { tensorName } from "./names";
import type { Summary } from "./statistics";
import { gradientState, isVisible, statisticsOf, tensorOf, type Tape } from "./tape";

export interface Row {
  readonly label: string;
  readonly value: string;
  readonly gradient: string;
}

export interface SideBySide {
  readonly title: string;
  /** `(100, 8) · float32 · cpu` */
  readonly kind: string;
  /** Empty where neither side has numbers. */
  readonly rows: readonly Row[];
  /** What the numbers alone do not tell, a line each. */
  readonly notes: readonly string[];
}

const none = "–";
/** So many arriving gradients are told one by one; of more, how many they are. */
export const mostArrivalsTold = 4;

/** Of the tensor itself, or of the tensor whose gradient it is. */
export function sideBySide(tape: Tape, id: number, playhead: number): SideBySide {
  const { structure } = tape;
  const given = tensorOf(structure, id);
  const tensor =
    given.role === "gradient" && given.of != null ? tensorOf(structure, given.of) : given;
  const value = isVisible(tape, tensor.id, playhead) ? statisticsOf(tape, tensor.id) : null;
  const state = gradientState(tape, tensor.id, playhead);
  const gradient = state.state === "value" ? statisticsOf(tape, state.tensor) : null;
  const notes: string[] = [];
  if (value === null) notes.push("The value is not computed yet.");
  if (state.state === "not_yet") notes.push("The gradient is not computed yet.");
  if (state.state === "none") notes.push(`No gradient: ${state.reason}.`);
  return {
    title: tensorName(structure, tensor.id),
    kind: `${formatShape(tensor.shape)} · ${tensor.dtype} · ${tensor.device}`,
    rows: value === null && gradient === null ? [] : rowsOf(value, gradient),
    notes: [
      ...notes,
      ...arrivalNotes(tape, tensor.id, playhead),
      ...updateNotes(tape, tensor.id, playhead),
    ],
  };
}

function rowsOf(value: Summary | null, gradient: Summary | null): Row[] {
  const row = (label: string, tell: (summary: Summary) => string): Row => ({
    label,
    value: value === null ? none : tell(value),
    gradient: gradient === null ? none : tell(gradient),
  });
  const rows = [
    row("norm", ({ l2_norm }) => formatNumber(l2_norm)),
    row("min", ({ min }) => formatNumber(min)),
    row("max", ({ max }) => formatNumber(max)),
    row("zeros", ({ zero_share }) => formatShare(zero_share)),
  ];
  if ((value?.non_finite ?? 0) + (gradient?.non_finite ?? 0) > 0) {
    rows.push(row("not finite", ({ non_finite }) => String(non_finite)));
  }
  const ratio = value === null || gradient === null ? NaN : gradient.l2_norm / value.l2_norm;
  if (Number.isFinite(ratio)) {
    rows.push({ label: "gradient ÷ value", value: "", gradient: formatNumber(ratio) });
  }
  return rows;
}

/** The gradients that have arrived where several are added. */
function arrivalNotes(tape: Tape, tensor: number, playhead: number): string[] {
  const arriving = arrivingGradients(tape.structure, tensor);
  const here = arriving.filter((each) => isVisible(tape, each.tensor, playhead));
  if (here.length === 0) return [];
  const count = `${String(here.length)} of ${String(arriving.length)} gradients have arrived`;
  const lines = [
    here.length === arriving.length ? `${String(arriving.length)} gradients are added` : count,
  ];
  if (arriving.length > mostArrivalsTold) return lines;
  return [...lines, ...here.map(({ tensor: part, from }) => `from ${from}: ${normOf(tape, part)}`)];
}

function normOf(tape: Tape, tensor: number): string {
  return `norm ${formatNumber(statisticsOf(tape, tensor)?.l2_norm ?? NaN)}`;
}

function updateNotes(tape: Tape, tensor: number, playhead: number): string[] {
  const updated = updatedOf(tape.structure, tensor);
  if (updated === null || !isVisible(tape, updated, playhead)) return [];
  return [`After the update: ${normOf(tape, updated)}`];
}
