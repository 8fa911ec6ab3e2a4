import { describe, expect, it } from "vitest";
import { TapeBuilder } from "../../test/tapeBuilder";
import { farProductOf, type Line } from "./farProduct";

const filled = (...shape: number[]) => ({
  shape,
  values: Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i),
});
const inner = { from: 0, to: 2 };
const line = (
  tensor: number,
  fixed: number[],
  rows: Line["rows"],
  columns: Line["rows"],
): Line => ({
  tensor,
  fixed,
  rows,
  columns,
});
const only = (index: number): Line["rows"] => ({ from: index, to: index + 1 });

describe("the lines of a product whose factors are not kept whole", () => {
  it("are a row of the left, a column of the right, and the bias of the column", () => {
    const builder = new TapeBuilder();
    const bias = builder.parameter("bias", filled(4));
    const [a, b] = [builder.input("a", filled(3, 2)), builder.input("b", filled(2, 4))];
    const made = builder.op("aten.addmm", [bias, a, b], filled(3, 4));
    expect(farProductOf(builder.structure(), made, [1, 3])).toEqual({
      lines: [
        line(a, [], only(1), inner),
        line(b, [], inner, only(3)),
        line(bias, [], only(3), only(0)),
      ],
      terms: 2,
    });
  });

  it("change places with a transposition of the product", () => {
    const builder = new TapeBuilder();
    const [a, b] = [builder.input("a", filled(3, 2)), builder.input("b", filled(2, 4))];
    const turned = builder.op(
      "aten.t",
      [builder.op("aten.mm", [a, b], filled(3, 4))],
      filled(4, 3),
    );
    const found = farProductOf(builder.structure(), turned, [3, 1]);
    expect(found?.lines).toEqual([line(a, [], only(1), inner), line(b, [], inner, only(3))]);
  });

  it("lie in one matrix of a stack", () => {
    const builder = new TapeBuilder();
    const [a, b] = [builder.input("a", filled(5, 3, 2)), builder.input("b", filled(5, 2, 4))];
    const made = builder.op("aten.bmm", [a, b], filled(5, 3, 4));
    const found = farProductOf(builder.structure(), made, [4, 1, 3]);
    expect(found?.lines).toEqual([line(a, [4], only(1), inner), line(b, [4], inner, only(3))]);
  });

  it("are no longer than what is spelled, and say how many terms there are", () => {
    const builder = new TapeBuilder();
    const [a, b] = [builder.input("a", filled(3, 50)), builder.input("b", filled(50, 4))];
    const made = builder.op("aten.mm", [a, b], filled(3, 4));
    const found = farProductOf(builder.structure(), made, [0, 0]);
    expect(found?.terms).toBe(50);
    expect(found?.lines.map((each) => each?.columns)).toEqual([{ from: 0, to: 12 }, only(0)]);
  });

  it("are none where no product made the number", () => {
    const builder = new TapeBuilder();
    const made = builder.op("aten.exp", [builder.input("a", filled(3, 2))], filled(3, 2));
    expect(farProductOf(builder.structure(), made, [0, 0])).toBeNull();
  });
});
