import { describe, expect, it } from "vitest";
import * as edits from "./spec";
import type { Layer, Spec } from "./spec";

function spec(...layers: Layer[]): Spec {
  return {
    name: "net",
    seed: 0,
    device: "auto",
    dtype: "float32",
    data: { kind: "moons" },
    network: { layers },
    loss: { kind: "mse" },
    optimizer: { kind: "sgd", lr: 0.1, nesterov: false },
    batch_size: null,
  };
}

const chain = spec(
  { kind: "linear", name: "a", inputs: ["input"] },
  { kind: "relu", name: "b", inputs: ["a"] },
  { kind: "add", name: "c", inputs: ["a", "b"] },
);

function names(changed: Spec): (string | undefined)[] {
  return changed.network.layers.map((layer) => layer.name);
}

describe("edits of a spec", () => {
  it("leaves out inputs that only repeat the layer before", () => {
    const [a, b, c] = edits.withDefaultWiringLeftOut(chain).network.layers;
    expect([a?.inputs, b?.inputs, c?.inputs]).toEqual([undefined, undefined, ["a", "b"]]);
  });

  it("gives a new layer a name that is free", () => {
    const grown = edits.insertLayer(chain, 1, { kind: "relu", name: "a" });
    expect(names(grown)).toEqual(["a", "a_2", "b", "c"]);
    expect(edits.freeName(grown, "a_2")).toBe("a_3");
  });

  it("hands the inputs of a removed layer to those that read it", () => {
    const left = edits.removeLayer(chain, 1).network.layers;
    expect(left.map((layer) => layer.inputs)).toEqual([undefined, ["a", "a"]]);
  });

  it("takes back sharing with a layer that is removed", () => {
    const shared = spec({ kind: "linear", name: "a" }, { kind: "linear", name: "b", shares: "a" });
    expect(edits.removeLayer(shared, 0).network.layers).toEqual([{ kind: "linear", name: "b" }]);
  });

  it("renames a layer in everything that refers to it", () => {
    const [a, , c] = edits.renameLayer(chain, 0, "first").network.layers;
    expect([a?.name, c?.inputs]).toEqual(["first", ["first", "b"]]);
  });

  it("moves a layer without its name", () => {
    expect(names(edits.moveLayer(chain, 0, 2))).toEqual(["b", "c", "a"]);
  });

  it("keeps the spec that it was given", () => {
    const before = JSON.stringify(chain);
    edits.moveLayer(edits.removeLayer(edits.duplicateLayer(chain, 0), 1), 0, 1);
    expect(JSON.stringify(chain)).toBe(before);
  });
});

describe("what a change takes", () => {
  it("is a setting for numbers of the same optimizer", () => {
    const faster = edits.setPartParameter(chain, "optimizer", "lr", 0.5);
    expect(edits.changeBetween(chain, faster)).toEqual({
      kind: "set",
      changes: { optimizer: { lr: 0.5 } },
    });
  });

  it("is a setting for a penalty and for clipping that is taken off", () => {
    const clipped = { ...chain, regularization: { l1: 0, max_norm: 1 } };
    const after = edits.setPartParameter(clipped, "regularization", "max_norm", null);
    expect(edits.changeBetween(clipped, after)).toEqual({
      kind: "set",
      changes: { regularization: { max_norm: null } },
    });
  });

  it("is set for the numbers of the same schedule", () => {
    const cosine = (period: number) => ({ ...chain, schedule: { kind: "cosine", t_max: period } });
    expect(edits.changeBetween(cosine(100), cosine(50))).toEqual({
      kind: "set",
      changes: { schedule: { t_max: 50 } },
    });
  });

  it("is a session of its own for another kind of schedule, on the same network", () => {
    const after = { ...chain, schedule: { kind: "cosine" } };
    expect(edits.changeBetween(chain, after)).toEqual({ kind: "open" });
    expect(edits.isSameNetwork(chain, after)).toBe(true);
  });

  it("is a session of its own for anything that no number says", () => {
    const other = [
      edits.setPartParameter(chain, "optimizer", "nesterov", true),
      edits.setPartParameter(chain, "optimizer", "kind", "adam"),
      edits.removeLayer(chain, 2),
      { ...chain, seed: 1 },
    ];
    expect(other.map((each) => edits.changeBetween(chain, each).kind)).toEqual(
      other.map(() => "open"),
    );
  });

  it("is only a name for a name, and nothing for nothing", () => {
    expect(edits.changeBetween(chain, { ...chain, name: "other" })).toEqual({ kind: "name" });
    expect(edits.changeBetween(chain, structuredClone(chain))).toEqual({ kind: "nothing" });
  });
});
