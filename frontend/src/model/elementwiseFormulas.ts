/** What element-wise ops compute, spelled with the numbers that went in. */

import type { Op } from "../api/types";
import { plainName } from "./arithmetic";
import { formatNumber } from "./format";

type Spell = (numbers: readonly number[], constants: Op["constants"]) => string;

/** The second number, or the constant that stands in its place. */
function second(numbers: readonly number[], constants: Op["constants"], name: string): number {
  return numbers[1] ?? Number(constants[name]);
}

const write = (value: number | undefined): string => formatNumber(value ?? NaN);

/** With brackets where a sign would run into the one before it. */
const bracketed = (value: number): string => (value < 0 ? `(${write(value)})` : write(value));

function scaled(sign: string, numbers: readonly number[], constants: Op["constants"]): string {
  const { alpha } = constants;
  const factor = alpha === undefined ? "" : `${bracketed(Number(alpha))} × `;
  return `${write(numbers[0])} ${sign} ${factor}${bracketed(second(numbers, constants, "other"))}`;
}

const named =
  (name: string): Spell =>
  (numbers) =>
    `${name}(${numbers.map(write).join(", ")})`;

const between =
  (sign: string): Spell =>
  (numbers, constants) =>
    `${write(numbers[0])} ${sign} ${write(second(numbers, constants, "other"))}`;

const spelled: Readonly<Record<string, Spell>> = {
  add: (numbers, constants) => scaled("+", numbers, constants),
  sub: (numbers, constants) => scaled("−", numbers, constants),
  mul: between("×"),
  div: between("÷"),
  neg: ([x = NaN]) => `−${bracketed(x)}`,
  relu: ([x]) => `max(0, ${write(x)})`,
  square: ([x = NaN]) => `${bracketed(x)}²`,
  pow: (numbers, constants) =>
    `${bracketed(numbers[0] ?? NaN)} ^ ${write(second(numbers, constants, "exponent"))}`,
  tanh_backward: ([g, y = NaN]) => `${write(g)} × (1 − ${bracketed(y)}²)`,
  sigmoid_backward: ([g, y = NaN]) => `${write(g)} × ${write(y)} × (1 − ${bracketed(y)})`,
  threshold_backward: ([g, x = NaN], constants) => {
    const threshold = Number(constants.threshold ?? 0);
    const passes = x > threshold ? "1" : "0";
    return `${write(g)} × ${passes}, since ${write(x)} ${x > threshold ? ">" : "≤"} ${write(threshold)}`;
  },
  maximum: named("max"),
  minimum: named("min"),
  reciprocal: ([x = NaN]) => `1 ÷ ${bracketed(x)}`,
  ...Object.fromEntries(
    ["abs", "exp", "log", "sigmoid", "sqrt", "tanh"].map((name) => [name, named(name)]),
  ),
};

export function isSpelled(op: Op): boolean {
  return Object.hasOwn(spelled, plainName(op));
}

export function spellElementwise(op: Op, numbers: readonly number[]): string {
  const name = plainName(op);
  return (spelled[name] ?? named(name))(numbers, op.constants);
}
