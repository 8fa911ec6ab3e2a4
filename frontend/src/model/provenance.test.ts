import { describe, expect, it } from "vitest";
import { TapeBuilder } from "../../test/tapeBuilder";
import type { Op } from "../api/types";
import { extentOf } from "./arithmetic";
import { arithmeticOf } from "./provenance";
import { spell } from "./spelling";
import { valuesOf } from "./tape";

function made(build: (builder: TapeBuilder) => number, constants: Op["constants"] = {}) {
  const builder = new TapeBuilder();
  const tensor = build(builder);
  const op = builder.ops[builder.tensors[tensor]?.op ?? -1];
  if (op !== undefined) op.constants = constants;
  const tape = builder.tape();
  const arithmetic = arithmeticOf(tape.structure, tensor);
  const spelled = (index: number): string | null =>
    spell(arithmetic, index, (id, at) => valuesOf(tape, id)?.values[at] ?? NaN);
  return { arithmetic, spelled, structure: tape.structure };
}

// [1 2; 3 4; 5 6] × [7 8 9; 10 11 12], worked out by hand.
const tall = { shape: [3, 2], values: [1, 2, 3, 4, 5, 6] };
const wide = { shape: [2, 3], values: [7, 8, 9, 10, 11, 12] };
const product = { shape: [3, 3], values: [27, 30, 33, 61, 68, 75, 95, 106, 117] };

describe("a matrix product", () => {
  it("takes a row of the left and a column of the right", () => {
    const { arithmetic, spelled } = made((builder) =>
      builder.op("aten.mm", [builder.input("a", tall), builder.input("b", wide)], product),
    );
    expect(arithmetic.kind).toBe("product");
    // Row 1, column 2: 3·9 + 4·12 = 75.
    expect(arithmetic.sources(5)).toEqual([
      [2, 3],
      [2, 5],
    ]);
    expect(spelled(5)).toBe("3 × 9 + 4 × 12 = 75");
  });

  it("adds the bias of its column", () => {
    const { arithmetic, spelled } = made((builder) => {
      const bias = builder.parameter("bias", { shape: [3], values: [-1, 0.5, -2] });
      const [a, b] = [builder.input("a", tall), builder.input("b", wide)];
      const values = product.values.map((value, i) => value + ([-1, 0.5, -2][i % 3] as number));
      return builder.op("aten.addmm", [bias, a, b], { shape: [3, 3], values });
    });
    expect(arithmetic.sources(5)[2]).toEqual([2]);
    expect(spelled(5)).toBe("3 × 9 + 4 × 12 − 2 = 73");
  });

  it("is seen through a transposition, of a factor and of itself", () => {
    const { arithmetic, spelled, structure } = made((builder) => {
      const [a, b] = [builder.input("a", tall), builder.parameter("b.weight", transpose(wide))];
      const turned = builder.op("aten.t", [b], wide);
      const inner = builder.op("aten.mm", [a, turned], product);
      return builder.op("aten.t", [inner], transpose(product));
    });
    // The result's row 2, column 1 is the product's row 1, column 2.
    expect(spelled(7)).toBe("9 × 3 + 12 × 4 = 75");
    const [left, right] = arithmetic.operands;
    expect([left, right].map((panel) => structure.tensors[panel?.tensor ?? -1]?.name)).toEqual([
      "b.weight",
      "a",
    ]);
    expect([left?.turned, right?.turned]).toEqual([false, true]);
    // (BᵀAᵀ)[2, ·]: the third row of b.weight is (9, 12).
    expect(arithmetic.sources(7)[0]).toEqual([4, 5]);
  });

  it("of a batch multiplies matrix by matrix", () => {
    const two = { shape: [2, 1, 2], values: [1, 2, 3, 4] };
    const other = { shape: [2, 2, 1], values: [5, 6, 7, 8] };
    const { spelled } = made((builder) =>
      builder.op("aten.bmm", [builder.input("a", two), builder.input("b", other)], {
        shape: [2, 1, 1],
        values: [17, 53],
      }),
    );
    expect(spelled(1)).toBe("3 × 7 + 4 × 8 = 53");
  });

  it("says how many terms it leaves out of a long sum", () => {
    const ones = (shape: number[]) => ({ shape, values: new Array<number>(20).fill(1) });
    const { spelled } = made((builder) =>
      builder.op(
        "aten.mm",
        [builder.input("a", ones([1, 20])), builder.input("b", ones([20, 1]))],
        {
          shape: [1, 1],
          values: [20],
        },
      ),
    );
    expect(spelled(0)).toMatch(/1 × 1 \+ … 8 more = 20$/);
  });
});

function transpose({ shape, values }: typeof tall): typeof tall {
  const [rows, columns] = shape as [number, number];
  const turned = values.map(
    (_, i) => values[(i % rows) * columns + Math.floor(i / rows)] as number,
  );
  return { shape: [columns, rows], values: turned };
}

describe("an element-wise op", () => {
  it("pairs the numbers of the same place", () => {
    const { arithmetic, spelled } = made((builder) =>
      builder.op("aten.relu", [builder.input("x", { shape: [2], values: [-3, 4] })], {
        shape: [2],
        values: [0, 4],
      }),
    );
    expect(arithmetic.kind).toBe("elementwise");
    expect(arithmetic.sources(1)).toEqual([[1]]);
    expect(spelled(0)).toBe("max(0, −3) = 0");
  });

  it("repeats what is smaller, as PyTorch broadcasts", () => {
    const { arithmetic, spelled } = made((builder) => {
      const row = builder.input("row", { shape: [3], values: [10, 20, 30] });
      return builder.op("aten.add", [builder.input("x", wide), row], {
        shape: [2, 3],
        values: [17, 28, 39, 20, 31, 42],
      });
    });
    expect(arithmetic.sources(4)).toEqual([[4], [1]]);
    expect(spelled(4)).toBe("11 + 20 = 31");
  });

  it("works in place as well, with a constant", () => {
    const { spelled } = made(
      (builder) =>
        builder.op("aten.div_", [builder.input("x", { shape: [], values: [-6] })], {
          shape: [],
          values: [-1.5],
        }),
      { other: 4 },
    );
    expect(spelled(0)).toBe("−6 ÷ 4 = −1.500");
  });

  it("spells the derivative that a backward op multiplies with", () => {
    const { spelled } = made((builder) => {
      const gradient = builder.input("g", { shape: [], values: [2] });
      const output = builder.input("y", { shape: [], values: [0.5] });
      return builder.op("aten.tanh_backward", [gradient, output], { shape: [], values: [1.5] });
    });
    expect(spelled(0)).toBe("2 × (1 − 0.5000²) = 1.500");
  });
});

describe("a sum", () => {
  it("over rows takes one column", () => {
    const { arithmetic, spelled } = made(
      (builder) =>
        builder.op("aten.sum", [builder.input("x", wide)], { shape: [1, 3], values: [17, 19, 21] }),
      { dim: [0], keepdim: true },
    );
    expect(arithmetic.sources(1)).toEqual([[1, 4]]);
    expect(spelled(1)).toBe("8 + 11 = 19");
    expect([extentOf(arithmetic, "inner"), extentOf(arithmetic, "column")]).toEqual([2, 3]);
  });

  it("divided by how many they are is a mean, of everything if no dimension is named", () => {
    const { arithmetic, spelled } = made((builder) =>
      builder.op("aten.mean", [builder.input("x", tall)], { shape: [], values: [3.5] }),
    );
    expect(arithmetic.sources(0)).toEqual([[0, 1, 2, 3, 4, 5]]);
    expect(spelled(0)).toBe("(1 + 2 + 3 + 4 + 5 + 6) ÷ 6 = 3.500");
  });
});

describe("what cannot be told", () => {
  it("stands alone: the result of an op of another kind", () => {
    const { arithmetic, spelled } = made((builder) =>
      builder.op("aten.convolution", [builder.input("x", tall)], tall),
    );
    expect(arithmetic.kind).toBe("result");
    expect(spelled(0)).toBeNull();
  });

  it("pairs the previews of two large tensors of one shape, but not a preview with a whole", () => {
    const builder = new TapeBuilder();
    const x = builder.input("x", { shape: [2], values: [-1, 2] });
    const tensor = builder.op("aten.relu", [x], { shape: [2], values: [0, 2] });
    const structure = builder.structure();
    const thinned = (...which: number[]) => ({
      ...structure,
      tensors: structure.tensors.map((each) => ({ ...each, shape: [200] })),
      slots: structure.slots.map((slot, i) =>
        which.includes(i) ? { ...slot, full: false } : { ...slot, shape: [200] },
      ),
    });
    expect(arithmeticOf(thinned(0, 1), tensor).sources(1)).toEqual([[1]]);
    expect(arithmeticOf(thinned(1), tensor).kind).toBe("result");
  });

  it("stands alone: a product of which not all numbers travel with the tape", () => {
    const builder = new TapeBuilder();
    const [a, b] = [builder.input("a", tall), builder.input("b", wide)];
    const tensor = builder.op("aten.mm", [a, b], product);
    const structure = builder.structure();
    const slots = structure.slots.map((slot, i) => (i === 0 ? { ...slot, full: false } : slot));
    expect(arithmeticOf({ ...structure, slots }, tensor).kind).toBe("result");
  });
});
