import { expect, it } from "vitest";
import { TapeBuilder } from "../../test/tapeBuilder";
import { loopStructure, ownBlock, recurrentStep } from "../../test/loopTape";
import { countUses } from "./uses";

it("counts a shared weight at every call that uses it", () => {
  expect(countUses(loopStructure(100, recurrentStep))[0]).toBe(100);
});

it("counts a weight of its own once", () => {
  const structure = loopStructure(10, ownBlock);
  const weights = structure.tensors.filter(({ name }) => name?.endsWith(".weight"));
  const uses = countUses(structure);
  expect(weights.map(({ id }) => uses[id])).toEqual(new Array(10).fill(1));
});

it("counts a call that looks at a tensor twice as one place", () => {
  const builder = new TapeBuilder();
  const one = { shape: [1], values: [1] };
  const w = builder.parameter("w", one);
  builder.call("function", "square", "square", () => {
    builder.op("aten.neg", [builder.op("aten.mul", [w, w], one)], one);
    builder.op("aten.add", [w], one);
  });
  builder.op("aten.exp", [w], one);
  expect(countUses(builder.structure())[w]).toBe(2);
});
