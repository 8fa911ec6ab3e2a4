/** What a card of numbers says in words: names, which part is in view, how a number was made. */

import type { Structure } from "../../api/types";
import type { FarProduct } from "../../model/farProduct";
import { formatCount, formatNumber, formatShapeShort } from "../../model/format";
import { givenName, tensorName } from "../../model/names";
import {
  indicesOfStored,
  isWhole,
  type Axis,
  type Panel,
  type Place,
} from "../../model/numberPanel";
import { spell, spellProduct } from "../../model/spelling";
import { isVisible, tensorOf, valuesOf, type Tape } from "../../model/tape";
import type { NumberCard, Scroll } from "./numberCard";
import type { FarNumbers } from "./farNumbers";
import type { Marks } from "./numberMarks";

export const axisNames: Readonly<Record<Axis | "matrix", string>> = {
  matrix: "matrix",
  row: "rows",
  column: "columns",
  inner: "terms",
  innerColumn: "terms across",
};

/** Which of the card's panels have numbers by now. */
export function seenPanels({ panels, arithmetic }: NumberCard, tape: Tape, playhead: number) {
  const result = isVisible(tape, arithmetic.result.tensor, playhead);
  // Operands of backward ops that have no tick of their own are seen with what they made.
  return panels.map(({ panel }) => result || isVisible(tape, panel.tensor, playhead));
}

export function scrollText({ axis, count, inView }: Scroll, place: Place): string {
  const from = Math.min(place[axis], count - inView);
  const of = `of ${formatCount(count)}`;
  return axis === "matrix"
    ? `matrix ${String(from)} ${of}`
    : `${axisNames[axis]} ${String(from)}–${String(from + inView - 1)} ${of}`;
}

export function wayOnText(structure: Structure, tensor: number): string {
  const shape = formatShapeShort(tensorOf(structure, tensor).shape);
  return `${isWhole(structure, tensor) ? "" : "preview · "}all ${shape} in the Inspector`;
}

export function panelName(structure: Structure, { tensor, turned }: Panel): string {
  const name = nameOf(structure, tensor);
  if (!turned) return name;
  return name.endsWith("ᵀ") ? name.slice(0, -1) : `${name.includes("/") ? `(${name})` : name}ᵀ`;
}

function nameOf(structure: Structure, tensor: number): string {
  const subject = tensorOf(structure, tensor);
  return subject.name ?? givenName(structure, subject) ?? tensorName(structure, tensor);
}

/** `fc1[3, 5]: 0.3 × 1.2 + … = 0.87` of the number that is pointed at. */
export function readoutText(
  { arithmetic }: NumberCard,
  { pointed, result }: Marks,
  tape: Tape,
  isSeen: boolean,
  far: FarNumbers,
): string {
  if (!isSeen) return "not yet";
  if (pointed === null) return "";
  const read = (tensor: number, index: number): number =>
    valuesOf(tape, tensor)?.values[index] ?? NaN;
  const made = formatNumber(read(pointed.tensor, pointed.index));
  const spelled =
    result === null
      ? null
      : (spell(arithmetic, result, read) ??
        spellFar(arithmetic.far?.(result) ?? null, tape, made, far));
  const indices = indicesOfStored(tape.structure, pointed.tensor, pointed.index);
  const name = nameOf(tape.structure, pointed.tensor);
  const place = indices.length === 0 ? "" : `[${indices.join(", ")}]`;
  return `${name}${place}: ${spelled ?? made}`;
}

function spellFar(
  product: FarProduct | null,
  tape: Tape,
  made: string,
  far: FarNumbers,
): string | null {
  if (product === null) return null;
  const numbers = far.read(tape, product.lines);
  if (numbers === undefined) return `… = ${made}`;
  return numbers === null ? null : `${spellProduct(numbers, product.terms)} = ${made}`;
}
