import { describe, expect, it } from "vitest";
import { TapeBuilder } from "../../test/tapeBuilder";
import {
  decadesOf,
  judgeDepth,
  layerFactors,
  layerNorms,
  steepSteps,
  usualMeasure,
  type LayerNorm,
} from "./layerNorms";
import { layerInWords, verdictInWords } from "./layerWords";
import type { Tape } from "./tape";

/** Layers fc1, fc2, … with a weight of one number each, and these gradients of the weights. */
function tapeOf(gradients: readonly number[]): Tape {
  const builder = new TapeBuilder();
  const one = { shape: [1], values: [1] };
  let current = builder.input("input", one);
  for (const index of gradients.keys()) {
    const name = `fc${String(index + 1)}`;
    const weight = builder.parameter(`${name}.weight`, one);
    current = builder.call("module", name, "Linear", () =>
      builder.op("aten.mul", [current, weight], one, name),
    );
  }
  const loss = builder.op("aten.sum", [current], { shape: [], values: [1] }, "loss");
  builder.backward(loss, (op, operand) => {
    if (op.operands.length === 1) return [1];
    return operand === 1 ? [gradients[op.id] as number] : [10 ** -op.id];
  });
  return builder.tape();
}

const normsOf = (gradients: readonly number[]): LayerNorm[] =>
  layerNorms(tapeOf(gradients), "parameters");

describe("the layers", () => {
  it("stand in the network's order, each with the norm of its parameters' gradients", () => {
    const norms = normsOf([0.001, 0.5, -2]);
    expect(norms.map(({ name }) => name)).toEqual(["fc1", "fc2", "fc3"]);
    const strengths = norms.map(({ flow }) => (flow.kind === "value" ? flow.norm : null));
    for (const [index, expected] of [0.001, 0.5, 2].entries()) {
      expect(strengths[index]).toBeCloseTo(expected, 7);
    }
    expect(norms[1]?.selection).toEqual({ kind: "call", id: 1 });
  });

  it("add up weight and bias as one vector: 3 and 4 make 5", () => {
    const builder = new TapeBuilder();
    const one = { shape: [1], values: [1] };
    const [weight, bias] = [builder.parameter("fc.weight", one), builder.parameter("fc.bias", one)];
    const out = builder.op("aten.add", [weight, bias], one);
    builder.backward(builder.op("aten.sum", [out], one), (op, operand) =>
      op.id === 1 ? [1] : [operand === 0 ? 3 : 4],
    );
    expect(layerNorms(builder.tape(), "parameters")).toMatchObject([
      { name: "fc", flow: { kind: "value", norm: 5 } },
    ]);
  });

  it("are known later the earlier they stand: the tape runs backward", () => {
    const known = normsOf([1, 1, 1]).map(({ knownFrom }) => knownFrom);
    expect(known).toEqual([...known].sort((a, b) => b - a));
    expect(new Set(known).size).toBe(3);
  });

  it("are what each step gives to the next where one weight is used at every step", () => {
    const builder = new TapeBuilder();
    const one = { shape: [1], values: [1] };
    const weight = builder.parameter("w", one);
    let state = builder.input("x", one);
    for (let step = 0; step < 3; step++) state = builder.op("aten.mul", [state, weight], one);
    builder.backward(builder.op("aten.sum", [state], one), (op) => [10 ** (op.id - 3)]);
    const tape = builder.tape();
    expect(usualMeasure(tape.structure)).toBe("outputs");
    expect(layerNorms(tape, "outputs").map(({ selection }) => selection)).toEqual([
      { kind: "op", id: 0 },
      { kind: "op", id: 1 },
      { kind: "op", id: 2 },
    ]);
  });
});

describe("from layer to layer", () => {
  it("the factor is what the gradient is multiplied by on its way back", () => {
    expect(layerFactors(normsOf([0.5, 0.25, 4]))).toEqual([2, 0.0625]);
  });

  it("steps beyond ten times or a tenth stand out, the steepest first", () => {
    expect(steepSteps(normsOf([0.5, 0.25, 4, 1 / 64, 1 / 64]))).toEqual([
      { index: 2, factor: 256 },
      { index: 1, factor: 0.0625 },
    ]);
  });

  it("there is none beside a zero or a NaN", () => {
    expect(layerFactors(normsOf([1, 0, NaN, 1]))).toEqual([null, null, null]);
  });

  it("the axis ends at whole powers of ten around all norms", () => {
    expect(decadesOf(normsOf([0.002, 0, 30]))).toEqual({ from: -3, to: 2 });
    expect(decadesOf(normsOf([1, 1]))).toEqual({ from: 0, to: 1 });
    expect(decadesOf(normsOf([NaN]))).toEqual({ from: -1, to: 0 });
  });
});

describe("over the whole depth", () => {
  it.each([
    [[1e-5, 1e-2, 1], "vanishes: ×1.0×10⁻⁵ from fc3 back to fc1"],
    [[1e4, 1], "explodes: ×10000 from fc2 back to fc1"],
    [[0.5, 1], "×0.50 from fc2 back to fc1"],
    [[0, 1], "exactly zero at fc1"],
    [[0, NaN, NaN, 1], "NaN or infinity at fc3 and 1 more"],
  ])("%j reads %j", (gradients, words) => {
    expect(verdictInWords(judgeDepth(normsOf(gradients)))).toBe(words);
  });

  it("a layer is told by its norm and by what came from the next", () => {
    const norms = normsOf([0.5, 0.25]);
    const end = 100;
    expect(layerInWords(norms, 0, end)).toBe("fc1: norm 0.5000 · ×2 of fc2");
    expect(layerInWords(norms, 1, end)).toBe("fc2: norm 0.2500");
    expect(layerInWords(norms, 0, 0)).toBe("fc1: not computed yet");
  });
});
