import { describe, expect, it } from "vitest";
import { TapeBuilder } from "../../test/tapeBuilder";
import type { Structure } from "../api/types";
import { flowSubject, type FlowTarget } from "./flowSubject";

function structureOf(): Structure {
  const builder = new TapeBuilder();
  const one = { shape: [1], values: [1] };
  const input = builder.input("input", one);
  const weight = builder.parameter("fc1.weight", one);
  const out = builder.call("module", "fc1", "Linear", () =>
    builder.op("aten.mul", [input, weight], one, "fc1"),
  );
  const loss = builder.op("aten.sum", [out], { shape: [], values: [1] }, "loss");
  builder.backward(loss, () => [1]);
  return builder.tape().structure;
}

describe("what is selected where the flow over time is clicked", () => {
  const structure = structureOf();
  const select = (part: FlowTarget["part"], layer = "fc1") => {
    const found = flowSubject(structure, { iteration: 0, layer, part });
    return found?.kind === "tensor" ? structure.tensors[found.id] : found;
  };
  const named = (name: string) => structure.tensors.find((each) => each.name === name)?.id;

  it("is the gradient of a parameter", () => {
    const expected = { role: "gradient", of: named("fc1.weight") };
    expect(select({ parameter: "fc1.weight" })).toMatchObject(expected);
  });

  it("is the gradient of what a layer gave", () => {
    expect(select("gradient")).toMatchObject({ role: "gradient", of: named("fc1") });
  });

  it("is the layer", () => {
    expect(select("layer")).toEqual({ kind: "call", id: 0 });
    expect(select({ parameter: "nothing" })).toEqual({ kind: "call", id: 0 });
    expect(select("layer", "nothing")).toBeNull();
  });
});
