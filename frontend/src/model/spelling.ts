/** One number of a result as the sum or the formula that made it, with the numbers put in. */

import { plainName, type Arithmetic } from "./arithmetic";
import { spellElementwise } from "./elementwiseFormulas";
import { formatCount, formatNumber } from "./format";

/** The numbers of one operand, by their place. */
export type Read = (tensor: number, index: number) => number;

/** So many terms are written; of the rest it is said how many there are. */
export const mostTerms = 12;

/** `0.31 × −1.2 + … = 0.87`; null where the tape does not say how the number was made. */
export function spell(arithmetic: Arithmetic, index: number, read: Read): string | null {
  const made = spellMaking(arithmetic, index, read);
  return made === null ? null : `${made} = ${formatNumber(read(arithmetic.result.tensor, index))}`;
}

function spellMaking(arithmetic: Arithmetic, index: number, read: Read): string | null {
  const { kind, op, operands } = arithmetic;
  if (op === null || kind === "result") return null;
  const numbers = arithmetic.sources(index).map((places, k) => {
    const tensor = operands[k]?.tensor ?? -1;
    return places.map((place) => read(tensor, place));
  });
  switch (kind) {
    case "product":
      return spellProduct(numbers);
    case "elementwise":
      return spellElementwise(
        op,
        numbers.map(([only]) => only ?? NaN),
      );
    case "reduction":
      return spellReduction(numbers[0] ?? [], plainName(op) === "mean");
  }
}

/** `count` terms in all; of those that are left out it is said how many there are. */
export function spellProduct(
  [left = [], right = [], added = []]: readonly (readonly number[])[],
  count = left.length,
): string {
  const terms = left.map(
    (number, k) => `${formatNumber(number)} × ${formatNumber(right[k] ?? NaN)}`,
  );
  return join([...shorten(terms, count), ...added.map((number) => formatNumber(number))]);
}

function spellReduction(numbers: readonly number[], isMean: boolean): string {
  const sum = join(shorten(numbers.map((number) => formatNumber(number))));
  return isMean ? `(${sum}) ÷ ${formatCount(numbers.length)}` : sum;
}

function shorten(terms: readonly string[], count = terms.length): readonly string[] {
  if (count <= mostTerms) return terms;
  const rest = count - mostTerms;
  return [...terms.slice(0, mostTerms), `… ${formatCount(rest)} more`];
}

/** With a minus between two terms rather than a plus before a minus. */
function join(terms: readonly string[]): string {
  return terms.reduce((sum, term) =>
    term.startsWith("−") ? `${sum} − ${term.slice(1)}` : `${sum} + ${term}`,
  );
}
