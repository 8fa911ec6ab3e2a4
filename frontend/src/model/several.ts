/** Several things that are selected together: a row for each, and what they have in common. */

import { formatNumber, formatShape } from "./format";
import { inspect, type Inspection } from "./inspection";
import type { Selection } from "./selection";
import { gradientState, isVisible, statisticsOf, tensorOf, type Tape } from "./tape";

export interface Row {
  readonly selection: Selection;
  readonly kind: string;
  readonly name: string;
  readonly shape: string;
  readonly dtype: string;
  readonly device: string;
  /** Norm of the value, `not yet`, or empty where there is none. */
  readonly value: string;
  readonly gradient: string;
}

export function rowsOf(tape: Tape, selections: readonly Selection[], playhead: number): Row[] {
  return selections.flatMap((selection) => {
    const seen = inspect(tape.structure, selection);
    return seen === null ? [] : [rowOf(tape, selection, seen, playhead)];
  });
}

function rowOf(
  tape: Tape,
  selection: Selection,
  { kind, title, tensor }: Inspection,
  playhead: number,
): Row {
  const about = tensor === null ? null : tensorOf(tape.structure, tensor);
  return {
    selection,
    kind,
    name: title,
    shape: about === null ? "" : formatShape(about.shape),
    dtype: about?.dtype ?? "",
    device: about?.device ?? "",
    value: tensor === null ? "" : normOf(tape, tensor, playhead),
    gradient: tensor === null ? "" : gradientNorm(tape, tensor, playhead),
  };
}

function normOf(tape: Tape, tensor: number, playhead: number): string {
  if (!isVisible(tape, tensor, playhead)) return "not yet";
  const statistics = statisticsOf(tape, tensor);
  if (statistics === null) return "";
  return statistics.non_finite > 0 ? "NaN" : formatNumber(statistics.l2_norm, 3);
}

function gradientNorm(tape: Tape, tensor: number, playhead: number): string {
  const state = gradientState(tape, tensor, playhead);
  return state.state === "none" ? "none" : normOf(tape, state.tensor, playhead);
}

/** `all linear layers`, `shape (100, 8)`: what is the same for every row. */
export function inCommon(rows: readonly Row[]): string[] {
  const [first] = rows;
  if (first === undefined) return [];
  const all = (read: (row: Row) => string): string => {
    const text = read(first);
    return rows.every((row) => read(row) === text) ? text : "";
  };
  const shape = all((row) => row.shape);
  const prefix = commonLayer(rows.map((row) => row.name));
  return [
    all((row) => row.kind),
    shape === "" ? "" : `shape ${shape}`,
    all((row) => row.dtype),
    all((row) => row.device),
    prefix === "" ? "" : `in ${prefix}`,
    all((row) => row.gradient) === "not yet" ? "gradients not yet" : "",
    all((row) => row.gradient) === "0" ? "gradients all zero" : "",
  ].filter((text) => text !== "");
}

/** The layer whose names these all begin with: `block` for `block.fc1` and `block.fc2`. */
function commonLayer(names: readonly string[]): string {
  const paths = names.map((name) => name.split(".").slice(0, -1));
  const [first = []] = paths;
  const length = first.findIndex((part, i) => paths.some((path) => path[i] !== part));
  return (length < 0 ? first : first.slice(0, length)).join(".");
}
