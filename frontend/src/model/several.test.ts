import { describe, expect, it } from "vitest";
import { squareTape } from "../../test/tapeBuilder";
import { inCommon, rowsOf } from "./several";

const { tape, x, w, product } = squareTape();
const end = tape.structure.events.length;
const both = [
  { kind: "tensor", id: x },
  { kind: "tensor", id: w },
] as const;

describe("several things selected", () => {
  it("stand side by side with the norms of value and gradient", () => {
    const rows = rowsOf(tape, [...both, { kind: "tensor", id: product }], end);
    // d loss / d w = 36 and d loss / d product = 2·6, by hand.
    expect(rows.map(({ value, gradient }) => [value, gradient])).toEqual([
      ["3", "none"],
      ["2", "36"],
      ["6", "12"],
    ]);
  });

  it("say what has not happened yet", () => {
    const [, row] = rowsOf(tape, [both[0], { kind: "tensor", id: product }], 0);
    expect([row?.value, row?.gradient]).toEqual(["not yet", "not yet"]);
  });

  it("have in common what every one of them has", () => {
    expect(inCommon(rowsOf(tape, both, end))).toEqual(["shape ()", "float32", "cpu"]);
    expect(inCommon([])).toEqual([]);
  });
});
