import { describe, expect, it } from "vitest";
import { squareTape, TapeBuilder } from "../../test/tapeBuilder";
import {
  bytesOf,
  endsOf,
  formatMeasured,
  measure,
  scaleOf,
  shareOn,
  type Measurement,
} from "./colorBy";

const numbersOf = (...values: number[]): Measurement[] =>
  values.map((value) => ({ kind: "number", value }));

describe("a scale", () => {
  it("ends at the least and the greatest number, and has powers evenly between them", () => {
    const scale = scaleOf("gradient", numbersOf(10, 0.001, 0.1));
    expect(endsOf(scale)).toEqual([0.001, 10]);
    expect([0.001, 0.1, 10].map((value) => shareOn(scale, value))).toEqual([0, 0.5, 1]);
  });

  it("of means has zero in its middle", () => {
    const scale = scaleOf("mean", numbersOf(-2, 1));
    expect(endsOf(scale)).toEqual([-2, 2]);
    expect([-2, 0, 1].map((value) => shareOn(scale, value))).toEqual([0, 0.5, 0.75]);
  });

  it("of shares runs from none to all, whatever there is", () => {
    expect(endsOf(scaleOf("sparsity", numbersOf(0.4)))).toEqual([0, 1]);
  });

  it("of names has a key for each, and no ends", () => {
    const names = ["float32", "int64", "float32"];
    const scale = scaleOf(
      "dtype",
      names.map((name) => ({ kind: "category", name })),
    );
    expect(scale).toEqual({ kind: "categories", names: ["float32", "int64"] });
    expect(endsOf(scale)).toBeNull();
  });

  it("of nothing has no ends, and of one number only its middle", () => {
    expect(endsOf(scaleOf("ratio", [{ kind: "zero" }]))).toBeNull();
    expect(shareOn(scaleOf("memory", numbersOf(8)), 8)).toBe(0.5);
  });
});

describe("what a tensor is measured by", () => {
  const { tape, x, product } = squareTape();

  it("is its own mean, or the norm of its gradient, alone and against its own", () => {
    expect(measure(tape, "mean", product)).toEqual({ kind: "number", value: 6 });
    // d loss / d product = 2 · 6.
    expect(measure(tape, "gradient", product)).toEqual({ kind: "number", value: 12 });
    expect(measure(tape, "ratio", product)).toEqual({ kind: "number", value: 2 });
    expect(measure(tape, "gradient", x)).toEqual({ kind: "none" });
  });

  it.each([
    [[0], { kind: "zero" }],
    [[Infinity], { kind: "not-finite" }],
  ])("tells a gradient of %j from every number", (sent, expected) => {
    const builder = new TapeBuilder();
    const one = { shape: [1], values: [1] };
    const made = builder.op("aten.exp", [builder.parameter("w", one)], one);
    builder.backward(builder.op("aten.sum", [made], one), () => sent);
    expect(measure(builder.tape(), "gradient", made)).toEqual(expected);
  });

  it("is its bytes by shape and dtype", () => {
    expect(bytesOf([64, 8], "float32")).toBe(2048);
    expect(bytesOf([3], "bfloat16")).toBe(6);
    expect(bytesOf([5], "bool")).toBe(5);
    expect(bytesOf([], "complex64")).toBe(8);
    expect([512, 2048, 3 * 1024 ** 2].map((bytes) => formatMeasured("memory", bytes))).toEqual([
      "512 B",
      "2 KiB",
      "3 MiB",
    ]);
  });
});
