/** Numbers as text for other programs. */

export type Nested = number | Nested[];

/** The shortest decimal that is the same float32. */
function float32Text(value: number): string {
  for (let digits = 1; digits < 9; digits += 1) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === Math.fround(value)) return String(text);
  }
  return String(Number(value.toPrecision(9)));
}

function numberText(value: number, dtype: string, prefix: string): string {
  if (Number.isNaN(value)) return prefix === "" ? 'float("nan")' : `${prefix}nan`;
  if (!Number.isFinite(value)) {
    const sign = value < 0 ? "-" : "";
    return prefix === "" ? `float("${sign}inf")` : `${sign}${prefix}inf`;
  }
  return dtype === "float32" ? float32Text(value) : String(value);
}

function nestedText(values: Nested, dtype: string, prefix: string): string {
  if (!Array.isArray(values)) return numberText(values, dtype, prefix);
  return `[${values.map((each) => nestedText(each, dtype, prefix)).join(", ")}]`;
}

export function toPython(values: Nested, dtype: string): string {
  return nestedText(values, dtype, "");
}

export function toNumPy(values: Nested, dtype: string): string {
  return `np.array(${nestedText(values, dtype, "np.")}, dtype=np.${dtype})`;
}
