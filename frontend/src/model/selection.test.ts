import { expect, it } from "vitest";
import { squareTape } from "../../test/tapeBuilder";
import {
  callOutputs,
  holds,
  neighbours,
  sameSelection,
  selectionTitle,
  subjectOf,
  tensorShown,
} from "./selection";

const { tape, x, w, product, loss } = squareTape();
const { structure } = tape;

it("shows the result of an op, the output of a call, the gradient of an edge", () => {
  expect(tensorShown(structure, { kind: "op", id: 0 })).toBe(product);
  expect(tensorShown(structure, { kind: "call", id: 0 })).toBe(product);
  expect(tensorShown(structure, { kind: "call", id: 2 })).toBe(loss);
  expect(tensorShown(structure, { kind: "edge", id: 0 })).toBe(structure.edges[0]?.tensor);
  expect(tensorShown(structure, { kind: "tensor", id: 99 })).toBeNull();
});

it("names what is selected", () => {
  expect(selectionTitle(structure, { kind: "tensor", id: w })).toBe("scale.weight");
  expect(selectionTitle(structure, { kind: "op", id: 0 })).toBe("scale · mul");
  const gradient = structure.tensors[w]?.gradient ?? -1;
  expect(selectionTitle(structure, { kind: "tensor", id: gradient })).toBe("∂loss/∂scale.weight");
});

it("knows what goes in and what comes out", () => {
  expect(neighbours(structure, { kind: "op", id: 0 })).toEqual({
    inputs: [x, w],
    outputs: [product],
  });
  expect(neighbours(structure, { kind: "op", id: 1 }).inputs).toEqual([product, product]);
  expect(neighbours(structure, { kind: "call", id: 0 })).toEqual({
    inputs: [x, w],
    outputs: [product],
  });
  expect(callOutputs(structure, 0)).toEqual([product]);
});

it("finds the subject of the event at the playhead", () => {
  expect(subjectOf(structure, 0)).toBeNull();
  expect(subjectOf(structure, 1)).toEqual({ kind: "op", id: 0 });
  expect(subjectOf(structure, 3)).toEqual({ kind: "node", id: structure.ops[1]?.node });
  expect(subjectOf(structure, 5)).toEqual({ kind: "tensor", id: structure.tensors[w]?.gradient });
  expect(subjectOf(structure, 6)).toEqual({ kind: "tensor", id: w });
});

it("tells equal selections and those that a tape does not hold", () => {
  expect(sameSelection({ kind: "op", id: 1 }, { kind: "op", id: 1 })).toBe(true);
  expect(sameSelection({ kind: "op", id: 1 }, { kind: "node", id: 1 })).toBe(false);
  expect(sameSelection(null, null)).toBe(true);
  expect(holds(structure, { kind: "edge", id: 0 })).toBe(true);
  expect(holds(structure, { kind: "call", id: 7 })).toBe(false);
});

it("calls a gradient a part of a sum only where several arrive", () => {
  const name = (edge: number): string =>
    selectionTitle(structure, { kind: "tensor", id: structure.edges[edge]?.tensor ?? -1 });
  const ofProduct = structure.edges.findIndex((edge) => edge.of === product);
  const ofWeight = structure.edges.findIndex((edge) => edge.of === w);
  expect(name(ofProduct)).toBe("∂loss/∂scale, one part of a sum");
  expect(name(ofWeight)).toBe("∂loss/∂scale.weight");
});
