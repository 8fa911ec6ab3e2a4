import { describe, expect, it } from "vitest";
import { squareTape, TapeBuilder } from "../../test/tapeBuilder";
import { describeEvent, nextCallBoundary, phaseSegments } from "./timeline";

/** linear, then its square: the smallest tape with a weight, a bias and a view. */
function linearTape(): ReturnType<TapeBuilder["tape"]> {
  const builder = new TapeBuilder();
  const x = builder.input("input", { shape: [1, 2], values: [1, 2] });
  const weight = builder.parameter("fc1.weight", { shape: [1, 2], values: [3, 4] });
  const bias = builder.parameter("fc1.bias", { shape: [1], values: [5] });
  const out = builder.call("module", "fc1", "Linear", () => {
    const turned = builder.op("aten.t", [weight], { shape: [2, 1], values: [3, 4] });
    return builder.op("aten.addmm", [bias, x, turned], { shape: [1, 1], values: [16] }, "fc1");
  });
  const loss = builder.call("module", "loss", "SumLoss", () =>
    builder.op("aten.sum", [out], { shape: [], values: [16] }, "loss"),
  );
  builder.backward(loss, (op) =>
    op.name === "aten.sum" ? [1] : op.name === "aten.t" ? [1, 2] : [1, 2],
  );
  return builder.tape();
}

describe("phases", () => {
  it("are the stretches of the timeline", () => {
    const { structure } = squareTape().tape;
    expect(phaseSegments(structure)).toEqual([
      { phase: "forward", from: 0, to: 2 },
      { phase: "backward", from: 2, to: 5 },
      { phase: "update", from: 5, to: 6 },
    ]);
  });
});

describe("an event in words", () => {
  const words = (structure: Parameters<typeof describeEvent>[0]): string[] =>
    structure.events.map((event) => describeEvent(structure, event.sequence));

  it("names the layer, the op, what went in and what came out", () => {
    const told = words(linearTape().structure);
    expect(told[0]).toBe("fc1 · t: weight → (2, 1)");
    expect(told[1]).toBe("fc1 · addmm: (1, 2) × weightᵀ + bias → (1, 1)");
    expect(told[2]).toBe("loss · sum: (1, 1) → ()");
  });

  it("names what a node sends gradients to, and where they arrive", () => {
    const told = words(linearTape().structure);
    expect(told[3]).toBe("loss · sumBackward0: gradient for fc1");
    expect(told[4]).toContain("fc1.bias");
    expect(told[5]).toBe("gradient arrives at fc1.bias");
    expect(told.at(-1)).toBe("gradient arrives at fc1.weight");
  });

  it("names the parameter that is updated", () => {
    expect(words(squareTape().tape.structure).at(-1)).toBe("the optimizer updates scale.weight");
  });

  it("has words for the very start", () => {
    expect(describeEvent(squareTape().tape.structure, -1)).toBe("before the first event");
  });
});

describe("steps by calls", () => {
  it("stops where the outermost call changes, both ways", () => {
    const { structure } = linearTape();
    const forward = [0];
    for (let at = 0; at < structure.events.length;)
      forward.push((at = nextCallBoundary(structure, at, 1)));
    expect(forward).toEqual([0, 2, 3, 4, structure.events.length]);
    const back = [];
    for (let at = structure.events.length; at > 0;)
      back.push((at = nextCallBoundary(structure, at, -1)));
    expect(back).toEqual([4, 3, 2, 0]);
  });

  it("stays at the ends", () => {
    const { structure } = linearTape();
    expect(nextCallBoundary(structure, 0, -1)).toBe(0);
    expect(nextCallBoundary(structure, structure.events.length, 1)).toBe(structure.events.length);
  });
});
