import { describe, expect, it } from "vitest";
import type { Spec } from "./spec";
import { differences, runNames } from "./specDifference";

const base: Spec = {
  name: "net",
  seed: 0,
  device: "cpu",
  dtype: "float32",
  data: { kind: "moons", samples: 100 },
  network: {
    layers: [linear("fc1", 8), { kind: "relu", name: "relu" }, linear("fc2", 8)],
  },
  loss: { kind: "mse", reduction: "mean" },
  optimizer: { kind: "sgd", lr: 0.1, momentum: 0 },
  batch_size: null,
};

function linear(name: string, width: number, weight = "default") {
  const init = { weight: { kind: weight }, bias: { kind: "default" } };
  return { kind: "linear", name, out_features: width, init };
}

function withOptimizer(optimizer: Spec["optimizer"]): Spec {
  return { ...base, optimizer };
}

const unnamed = [null, null, null];

describe("what specs differ in", () => {
  it("is nothing for copies, whatever they are called", () => {
    expect(differences([base, { ...base, name: "other" }])).toEqual([]);
  });

  it("is told with one value for each", () => {
    const faster = withOptimizer({ ...base.optimizer, lr: 0.5 });
    expect(differences([base, faster, { ...base, seed: 3 }])).toEqual([
      { title: "seed", short: "seed", values: ["0", "0", "3"] },
      { title: "learning rate", short: "lr", values: ["0.1", "0.5", "0.1"] },
    ]);
  });

  it("is the kind, and not what only one kind has", () => {
    const adam = withOptimizer({ kind: "adam", lr: 0.1, betas: [0.9, 0.999] });
    expect(differences([base, adam])).toEqual([
      { title: "optimizer", short: "", values: ["sgd", "adam"] },
    ]);
  });

  it("is one thing where all layers were given the same initialization", () => {
    const layers = base.network.layers.map((layer) =>
      layer.kind === "linear" ? linear(String(layer.name), 8, "kaiming") : layer,
    );
    expect(differences([base, { ...base, network: { layers } }])).toEqual([
      { title: "initialization", short: "", values: ["default", "kaiming"] },
    ]);
  });

  it("is a layer of another kind, or another number of layers", () => {
    const [first, , last] = base.network.layers as [Spec["optimizer"], unknown, Spec["optimizer"]];
    const tanh = { ...base, network: { layers: [first, { kind: "tanh" }, last] } };
    expect(differences([base, tanh]).map(({ values }) => values)).toEqual([["relu", "tanh"]]);
    const shallow = { ...base, network: { layers: [first] } };
    expect(differences([base, shallow]).map(({ values }) => values)).toEqual([
      ["3 layers", "1 layer"],
    ]);
  });
});

describe("the name of a run", () => {
  it("is what differs", () => {
    const adam = withOptimizer({ kind: "adam", lr: 0.01 });
    expect(runNames([base, adam], unnamed)).toEqual(["sgd, lr 0.1", "adam, lr 0.01"]);
    expect(runNames([base, { ...base, seed: 3 }], unnamed)).toEqual(["seed 0", "seed 3"]);
  });

  it("is what the person called it", () => {
    expect(runNames([base, { ...base, seed: 3 }], [null, "mine"])).toEqual(["seed 0", "mine"]);
  });

  it("is a number where nothing differs, and never that of another", () => {
    expect(runNames([base, base], unnamed)).toEqual(["run 1", "run 2"]);
    const other = { ...base, seed: 3 };
    expect(runNames([base, other, other], unnamed)).toEqual(["seed 0", "seed 3", "seed 3 (2)"]);
  });
});
