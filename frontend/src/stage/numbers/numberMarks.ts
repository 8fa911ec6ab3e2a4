/** Which numbers of a card light up when one is pointed at, here or on another card. */

import { tensorOf, type Tape } from "../../model/tape";
import type { NumberCard } from "./numberCard";
import type { Mark } from "./numberGrid";
import type { Half, PointedNumber } from "./numberPointer";

export interface Marks {
  /** The number that the card has something to say about: pointed at, or the same elsewhere. */
  readonly pointed: { readonly tensor: number; readonly index: number } | null;
  /** Its place in the card's result, if it is one of the result's numbers. */
  readonly result: number | null;
  of(panel: number, index: number): Mark;
}

const nothing: Marks = { pointed: null, result: null, of: () => null };

export function marksOf(
  card: NumberCard,
  key: string,
  half: Half,
  pointed: PointedNumber | null,
  tape: Tape,
): Marks {
  if (pointed === null) return nothing;
  if (pointed.card === key && pointed.half === half) return marksHere(card, pointed);
  return marksElsewhere(card, pointed, tape);
}

/** In the card itself: what made the number, or what it went into. */
function marksHere({ panels, arithmetic }: NumberCard, pointed: PointedNumber): Marks {
  const { panel: at, index } = pointed;
  const placed = panels[at];
  if (placed === undefined) return nothing;
  const operandOf = operandNumbers(panels, arithmetic.operands);
  if (placed.isResult) {
    const sources = arithmetic.sources(index).map((places) => new Set(places));
    return {
      pointed,
      result: index,
      of(panel, place) {
        if (panel === at) return place === index ? "pointed" : null;
        return sources[operandOf[panel] ?? -1]?.has(place) === true ? "source" : null;
      },
    };
  }
  const operand = operandOf[at] ?? -1;
  return {
    pointed,
    result: null,
    of(panel, place) {
      if (panel === at) return place === index ? "pointed" : null;
      if (panels[panel]?.isResult !== true) return null;
      return arithmetic.sources(place)[operand]?.includes(index) === true ? "source" : null;
    },
  };
}

/** For each placed panel its number among the operands; -1 for the result. */
function operandNumbers(
  panels: NumberCard["panels"],
  operands: NumberCard["arithmetic"]["operands"],
): number[] {
  return panels.map(({ panel }) => operands.indexOf(panel));
}

/** On another card: the same number where it is used, and a value's gradient, or the reverse. */
function marksElsewhere(
  { panels, arithmetic }: NumberCard,
  pointed: PointedNumber,
  tape: Tape,
): Marks {
  const { tensor, index } = pointed;
  const subject = tensorOf(tape.structure, tensor);
  const partner = subject.gradient ?? (subject.role === "gradient" ? subject.of : null) ?? null;
  const isSame = (other: number): boolean => other === tensor || other === partner;
  if (!panels.some(({ panel }) => isSame(panel.tensor))) return nothing;
  const isResult = isSame(arithmetic.result.tensor);
  return {
    pointed: isResult ? { tensor: arithmetic.result.tensor, index } : null,
    result: isResult ? index : null,
    of: (panel, place) =>
      place === index && isSame(panels[panel]?.panel.tensor ?? -1) ? "same" : null,
  };
}
