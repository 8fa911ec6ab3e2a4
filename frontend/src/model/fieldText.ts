/** Between the text of an input field and the JSON of a spec. */

import type { JsonNumber } from "../api/types";
import type { Json } from "./spec";

/** A value as a field shows it; lists as `3 × 3`. */
export function toFieldText(value: Json | undefined): string {
  if (value === undefined || value === null) return "";
  if (Array.isArray(value)) return value.map(toFieldText).join(" × ");
  if (typeof value === "object") return JSON.stringify(value);
  return String(value);
}

/** Text as it is; names in a list with commas between them. */
export function toPlainText(value: Json | undefined): string {
  return Array.isArray(value) ? value.map(toFieldText).join(", ") : toFieldText(value);
}

function toNumberOrText(text: string): number | string {
  const plain = text.trim().replaceAll("−", "-");
  const value = Number(plain);
  return plain === "" || Number.isNaN(value) ? text.trim() : value;
}

/**
 * What a number field holds. An empty one is undefined: its default holds.
 *
 * Text that is no number is handed on as it is: the server says best what is wrong with it.
 */
export function fromNumberText(text: string): number | string | undefined {
  return text.trim() === "" ? undefined : toNumberOrText(text);
}

/** A list of numbers: `3 × 3`, `3, 3`, `3 3`; one number alone is itself. */
export function fromListText(text: string): Json | undefined {
  if (text.trim() === "") return undefined;
  const parts = text.split(/[×x,;\s]+/).filter((part) => part !== "");
  const values = parts.map(toNumberOrText);
  return values.length === 1 ? values[0] : values;
}

/** Nested lists as JSON; what cannot be read is handed on as text. */
export function fromJsonText(text: string): Json | undefined {
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

/** One number that was typed: `−0.5`, `1e-3`, `nan`, `-inf`; null if it is none. */
export function readNumber(text: string): JsonNumber | null {
  const plain = text.trim().replaceAll("−", "-").replaceAll("∞", "inf").toLowerCase();
  if (plain === "nan") return "NaN";
  if (/^[+-]?inf(inity)?$/.test(plain)) return plain.startsWith("-") ? "-Infinity" : "Infinity";
  const value = Number(plain);
  return plain === "" || !Number.isFinite(value) ? null : value;
}
