import { describe, expect, it } from "vitest";
import { squareTape } from "../../test/tapeBuilder";
import {
  arrivingGradients,
  callOfLayer,
  inspect,
  isEditable,
  layerOfSelection,
  opsBehind,
  updatedOf,
} from "./inspection";

const { tape, x, w, product, updated } = squareTape();
const { structure } = tape;

function tensor(id: number) {
  const found = structure.tensors[id];
  if (found === undefined) throw new Error(`no tensor ${id}`);
  return found;
}

describe("an inspection", () => {
  it("of a parameter is about its value first", () => {
    const seen = inspect(structure, { kind: "tensor", id: w });
    expect(seen).toMatchObject({
      kind: "Parameter",
      title: "scale.weight",
      tensor: w,
      aspect: "value",
    });
  });

  it("of a gradient is about the gradient of the tensor that it belongs to", () => {
    const gradient = tensor(w).gradient ?? -1;
    const seen = inspect(structure, { kind: "tensor", id: gradient });
    expect(seen).toMatchObject({ kind: "Gradient", tensor: w, aspect: "gradient" });
  });

  it("of a module names what went in and what came out", () => {
    const call = callOfLayer(structure, "scale");
    if (call === null) throw new Error("no call");
    expect(inspect(structure, call)).toMatchObject({
      kind: "Module",
      inputs: [x, w],
      outputs: [product],
    });
    expect(layerOfSelection(structure, call)).toBe("scale");
  });

  it("of a node is about the gradient that flows on from it", () => {
    const node = structure.nodes.find((each) => each.op === 1);
    const seen = inspect(structure, { kind: "node", id: node?.id ?? -1 });
    expect(seen).toMatchObject({ kind: "Autograd node", tensor: product, aspect: "gradient" });
  });

  it("of an op of the update tells the floats that the optimizer gave to it", () => {
    const seen = inspect(structure, { kind: "op", id: 1 }, { 1: { alpha: -0.25 } });
    expect(seen?.facts).toContainEqual({ label: "alpha", text: "-0.25" });
  });

  it("of something that the tape does not hold is none", () => {
    expect(inspect(structure, { kind: "op", id: 99 })).toBeNull();
  });
});

describe("gradients that arrive", () => {
  it("are listed where a tensor is used twice, and only there", () => {
    const arriving = arrivingGradients(structure, product);
    expect(arriving).toHaveLength(2);
    expect(new Set(arriving.map((each) => each.tensor)).size).toBe(2);
    expect(arrivingGradients(structure, w)).toEqual([]);
  });

  it("are explained by ops of the backward pass", () => {
    const behind = opsBehind(structure, tensor(w).gradient ?? -1);
    expect(behind.every((op) => op.phase === "backward")).toBe(true);
  });
});

describe("what can be changed", () => {
  it("is what the iteration starts from", () => {
    expect([x, w, product].map((id) => isEditable(tensor(id)))).toEqual([true, true, false]);
  });

  it("has an after, if the optimizer moved it", () => {
    expect(updatedOf(structure, w)).toBe(updated);
    expect(updatedOf(structure, x)).toBeNull();
  });
});
