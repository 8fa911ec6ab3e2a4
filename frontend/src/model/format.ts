/** Numbers, shapes and counts as the screen writes them. */

const minus = "\u2212";
const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** Fixed notation is kept between these magnitudes; beyond them ten to a power reads better. */
const smallestFixed = 1e-4;
const largestFixed = 1e6;

function superscript(power: number): string {
  const digits = [...String(Math.abs(power))].map((digit) => superscripts[Number(digit)] ?? digit);
  return (power < 0 ? "⁻" : "") + digits.join("");
}

function nonFinite(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  return value > 0 ? "∞" : `${minus}∞`;
}

function magnitude(value: number, digits: number): string {
  if (Number.isInteger(value) && value < largestFixed) return String(value);
  // Rounding may carry into the next power of ten, so the power is read from the rounded number.
  const [mantissa = "0", exponent = "0"] = value.toExponential(digits - 1).split("e");
  const power = Number(exponent);
  if (power >= Math.log10(smallestFixed) && power < Math.log10(largestFixed)) {
    return Number(`${mantissa}e${exponent}`).toFixed(Math.max(0, digits - 1 - power));
  }
  return `${mantissa}×10${superscript(power)}`;
}

/** A number with `digits` significant digits, a real minus sign, and ×10ⁿ only where needed. */
export function formatNumber(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return nonFinite(value);
  if (value === 0) return "0";
  return (value < 0 ? minus : "") + magnitude(Math.abs(value), digits);
}

/** A tensor's shape as Python writes it: `(64, 8)`, `(8,)`, `()`. */
export function formatShape(shape: readonly number[]): string {
  return shape.length === 1 ? `(${String(shape[0])},)` : `(${shape.join(", ")})`;
}

/** A shape where little room is left: `64×8`; a scalar is `scalar`. */
export function formatShapeShort(shape: readonly number[]): string {
  return shape.length === 0 ? "scalar" : shape.join("×");
}

/** A share between 0 and 1 as a percentage. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent > 0 && percent < 0.1) return "< 0.1 %";
  return `${Number(percent.toFixed(1))} %`;
}

/** A whole number with thin spaces between the thousands. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
}

/** `aten.addmm` → `addmm`; `torch.nn.functional.linear` → `linear`. */
export function shortName(qualified: string): string {
  const parts = qualified.split(".");
  // An overload (`aten.add.Tensor`) is not the name.
  if (parts[0] === "aten" && parts[1] !== undefined) return parts[1];
  return parts[parts.length - 1] ?? qualified;
}

/** As many of four significant digits as a small cell has room for. */
export function formatInCell(value: number): string {
  for (const digits of [4, 3, 2]) {
    const text = formatNumber(value, digits);
    if (text.length <= 7 || (digits === 2 && text.length === 8)) return text;
  }
  return formatNumber(value, 1);
}
