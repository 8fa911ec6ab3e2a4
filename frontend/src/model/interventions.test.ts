import { describe, expect, it } from "vitest";
import { TapeBuilder } from "../../test/tapeBuilder";
import type { Structure } from "../api/types";
import {
  findIntervention,
  frozenLayers,
  frozenParameters,
  hasParameters,
  layerSelected,
  wordIntervention,
} from "./interventions";

const one = { shape: [1], values: [1] };
const LAYERS = ["fc1", "act"];

/** fc1 with a weight, what is done to its output, act, and a loss; the weight is updated or not. */
function structure({ updated }: { updated: boolean }): Structure {
  const builder = new TapeBuilder();
  const x = builder.input("input", one);
  const weight = builder.parameter("fc1.weight", one);
  const scale = builder.parameter("act.scale", one);
  const made = builder.call("module", "fc1", "Linear", () =>
    builder.op("aten.mul", [x, weight], one, "fc1"),
  );
  const cut = builder.call("module", "fc1.cut_gradient", "Alteration", () =>
    builder.op("aten.view", [made], one),
  );
  const out = builder.call("module", "act", "Act", () => builder.op("aten.mul", [cut, scale], one));
  const loss = builder.call("module", "loss", "MSELoss", () => builder.op("aten.mean", [out], one));
  builder.backward(loss, () => [1]);
  builder.update(scale, [0.5]);
  if (updated) builder.update(weight, [0.5]);
  return builder.structure();
}

describe("the layer of a selection", () => {
  const tape = structure({ updated: true });
  const select = (kind: "tensor" | "op" | "node" | "call" | "edge", id: number) =>
    layerSelected(tape, { kind, id }, LAYERS);

  it("is the module that a call, an op, a node or a value is in", () => {
    expect([select("call", 0), select("op", 0), select("node", 0), select("op", 2)]).toEqual([
      "fc1",
      "fc1",
      "fc1",
      "act",
    ]);
  });

  it("is the owner of a parameter, of its gradient and of what the update makes of it", () => {
    const weight = tape.tensors.find(({ name }) => name === "fc1.weight");
    const updated = tape.tensors.find(({ role, of }) => role === "updated" && of === weight?.id);
    const ids = [weight?.id, weight?.gradient, updated?.id];
    expect(ids.map((id) => select("tensor", id ?? -1))).toEqual(["fc1", "fc1", "fc1"]);
  });

  it("is the layer itself for what is done to its output", () => {
    expect(select("call", 1)).toBe("fc1");
  });

  it("is none for the input and the loss", () => {
    expect([select("tensor", 0), select("call", 3)]).toEqual([null, null]);
  });
});

describe("interventions", () => {
  it("are worded without their layer", () => {
    const words = [
      wordIntervention({ layer: "fc1", what: "freeze" }),
      wordIntervention({ layer: "fc1", what: "cut_value", factor: null }),
      wordIntervention({ layer: "fc1", what: "scale_gradient", factor: 0 }),
      wordIntervention({ layer: "fc1", what: "scale_gradient", factor: -0.5 }),
    ];
    expect(words).toEqual(["frozen", "value cut", "gradient cut", "gradient × −0.5000"]);
  });

  it("are found by layer and sort, and tell which layers are frozen", () => {
    const inForce = [
      { layer: "fc1", what: "freeze" },
      { layer: "act", what: "cut_value" },
    ] as const;
    expect(findIntervention(inForce, "act", "cut_value")).toBe(inForce[1]);
    expect(findIntervention(inForce, "act", "freeze")).toBeNull();
    expect([...frozenLayers(inForce)]).toEqual(["fc1"]);
  });

  it("can freeze what has parameters", () => {
    const tape = structure({ updated: true });
    expect([hasParameters(tape, "fc1"), hasParameters(tape, "fc")]).toEqual([true, false]);
  });

  it("are seen on a tape: a parameter with a gradient that the update leaves out is frozen", () => {
    const frozen = structure({ updated: false });
    expect([...frozenParameters(frozen)].map((id) => frozen.tensors[id]?.name)).toEqual([
      "fc1.weight",
    ]);
    expect(frozenParameters(structure({ updated: true })).size).toBe(0);
  });

  it("are not seen on a tape without an update", () => {
    const builder = new TapeBuilder();
    const weight = builder.parameter("fc1.weight", one);
    builder.backward(builder.op("aten.mean", [weight], one), () => [1]);
    expect(frozenParameters(builder.structure()).size).toBe(0);
  });
});
