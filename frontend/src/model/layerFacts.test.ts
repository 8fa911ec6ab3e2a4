import { describe, expect, it } from "vitest";
import { scalar, TapeBuilder } from "../../test/tapeBuilder";
import { firstLayerNotOn, layerFacts, shapeChange } from "./layerFacts";
import type { Layer, Spec } from "./spec";

const builder = new TapeBuilder();
const x = builder.input("input", { shape: [4, 2], values: [1, 2, 3, 4, 5, 6, 7, 8] });
builder.call("module", "fc1", "Linear", () => {
  builder.op("aten.sum", [x], { shape: [4, 1], values: [3, 7, 11, 15] }, "fc1");
});
// A layer that computes nothing leaves its call on the tape all the same.
builder.call("module", "drop", "Dropout", () => scalar(0));
const structure = builder.structure();

function withLayers(...layers: Layer[]): Spec {
  return {
    name: "net",
    seed: 0,
    device: "auto",
    dtype: "float32",
    data: { kind: "moons" },
    network: { layers },
    loss: { kind: "mse" },
    optimizer: { kind: "sgd" },
    batch_size: null,
  };
}

const fc1 = { kind: "linear", name: "fc1" };
const drop = { kind: "dropout", name: "drop" };

describe("the first layer that a tape does not hold", () => {
  it("is known by its name, its kind and what would flow into it", () => {
    const spec = withLayers(fc1, drop, { kind: "linear", name: "fc2" }, { kind: "relu" });
    expect(firstLayerNotOn(structure, spec)).toEqual({
      name: "fc2",
      kind: "linear",
      inputs: ["drop"],
    });
  });

  it("takes what it names as its inputs", () => {
    const add = { kind: "add", inputs: ["fc1", "input"] };
    expect(firstLayerNotOn(structure, withLayers(fc1, drop, add))).toEqual({
      ...add,
      name: "add",
    });
  });

  it("is none where the tape holds them all", () => {
    expect(firstLayerNotOn(structure, withLayers(fc1, drop))).toBeNull();
  });
});

describe("the change of shape in a layer", () => {
  it("is what goes in and what comes out, and nothing while that is not known", () => {
    const facts = layerFacts(structure);
    expect(shapeChange(facts, "input", "fc1")).toBe("2 → 1");
    expect(shapeChange(facts, "fc1", "fc2")).toBe("");
  });
});
