import { describe, expect, it } from "vitest";
import type { Catalog, CatalogEntry } from "../api/types";
import type { Spec } from "./spec";
import { suggestedValue, vary } from "./variation";

function entry(kind: string, ...parameters: string[]): CatalogEntry {
  const described = parameters.map((name) => ({ name, required: false }));
  return { kind, title: kind, parameters: described } as unknown as CatalogEntry;
}

const catalog = {
  layers: [entry("linear", "out_features", "init"), entry("relu")],
  optimizers: [entry("sgd", "lr"), entry("adam", "lr", "betas")],
  initializations: [entry("default"), entry("kaiming")],
} as unknown as Catalog;

const spec: Spec = {
  name: "net",
  seed: 4,
  device: "cpu",
  dtype: "float32",
  data: { kind: "moons" },
  network: { layers: [{ kind: "linear", out_features: 8 }, { kind: "relu" }] },
  loss: { kind: "mse" },
  optimizer: { kind: "sgd", lr: 0.03, momentum: 0.9 },
  batch_size: null,
};

describe("a variation", () => {
  it("changes the learning rate alone", () => {
    const varied = vary(spec, "learning rate", "1e-3", catalog);
    expect(varied).toEqual({ ...spec, optimizer: { ...spec.optimizer, lr: 0.001 } });
  });

  it("takes another optimizer with the same learning rate and without the other's numbers", () => {
    const varied = vary(spec, "optimizer", "adam", catalog);
    expect(varied.optimizer).toEqual({ kind: "adam", lr: 0.03 });
  });

  it("fills all weights otherwise, and leaves layers without weights alone", () => {
    const { layers } = vary(spec, "initialization", "kaiming", catalog).network;
    expect(layers).toEqual([
      { kind: "linear", out_features: 8, init: { weight: { kind: "kaiming" } } },
      { kind: "relu" },
    ]);
  });

  it("hands on what is no number, for the server to say what is wrong with it", () => {
    expect(vary(spec, "seed", "many", catalog).seed).toBe("many");
  });

  it("is suggested with a value that differs", () => {
    expect(suggestedValue("learning rate", spec, catalog)).toBe("0.3");
    expect(suggestedValue("seed", spec, catalog)).toBe("5");
    expect(suggestedValue("optimizer", spec, catalog)).toBe("adam");
  });
});
