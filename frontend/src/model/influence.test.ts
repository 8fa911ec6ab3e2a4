import { describe, expect, it } from "vitest";
import { chainTape, squareTape, TapeBuilder } from "../../test/tapeBuilder";
import type { Structure } from "../api/types";
import { influenceOf } from "./influence";
import type { Selection } from "./selection";

const one = { shape: [1], values: [1] };

/** Ops on operands drawn at random, some of them parameters; the loss is the sum of the last two. */
function randomStructure(seed: number): Structure {
  let state = seed;
  const draw = (below: number): number => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
  const builder = new TapeBuilder();
  const values = [
    builder.input("x", one),
    builder.parameter("w", one),
    builder.parameter("v", one),
  ];
  const pick = (): number => values[draw(values.length)] as number;
  for (let i = 0; i < 14; i++) values.push(builder.op("aten.mul", [pick(), pick()], one));
  const [last, other] = [values.at(-1), values.at(-2 - draw(4))] as [number, number];
  builder.backward(builder.op("aten.add", [last, other], one, "loss"), () => [1]);
  return builder.structure();
}

/** The oracle: from each op to each op by trying every way there is. */
function reaches(structure: Structure, from: number, to: number): boolean {
  const op = structure.ops[to];
  return (
    op?.operands.some(
      (id) => id === from || reaches(structure, from, structure.tensors[id]?.op ?? -1),
    ) === true
  );
}

/** The same for nodes: whether a gradient gets from one to another along edges that carry one. */
function flows(structure: Structure, from: number, to: number): boolean {
  if (from === to) return true;
  return structure.edges.some(
    (edge) => edge.source === from && edge.tensor !== null && flows(structure, edge.target, to),
  );
}

function numbers(set: ReadonlySet<number> | undefined): number[] {
  return [...(set ?? [])].sort((a, b) => a - b);
}

describe.each([1, 2, 3, 4, 5, 6])("in a random graph (seed %i)", (seed) => {
  const structure = randomStructure(seed);
  const ids = structure.tensors.filter(({ role }) => role !== "gradient").map(({ id }) => id);

  it("what a tensor influences is what can be reached from it, op by op", () => {
    for (const id of ids) {
      const influence = influenceOf(structure, { kind: "tensor", id });
      const reached = structure.ops.filter((op) => reaches(structure, id, op.id));
      expect(numbers(influence?.ops)).toEqual(reached.map((op) => op.id));
    }
  });

  it("the way of its gradient is every edge on a path from the loss to it", () => {
    const lossOp = structure.tensors[structure.loss ?? -1]?.op ?? -1;
    const start = structure.ops[lossOp]?.node ?? -1;
    for (const id of ids) {
      const { op, requires_grad } = structure.tensors[id] ?? {};
      if (requires_grad !== true) continue;
      const own = structure.ops[op ?? -1]?.node;
      const ends = structure.edges.flatMap((edge) => (edge.of === id ? [edge.target] : []));
      const targets = own == null ? ends : [own];
      const between = structure.edges.filter(
        (edge) =>
          edge.tensor !== null &&
          flows(structure, start, edge.source) &&
          targets.some((target) => flows(structure, edge.target, target)),
      );
      const influence = influenceOf(structure, { kind: "tensor", id });
      expect(numbers(influence?.edges)).toEqual(between.map((edge) => edge.id));
    }
  });
});

describe("a selection", () => {
  const { tape, w, product } = squareTape();
  const opsOf = (selection: Selection): number[] =>
    numbers(influenceOf(tape.structure, selection)?.ops);

  it("of a gradient, of its node, or of an edge towards it means the tensor itself", () => {
    const gradient = tape.structure.tensors[w]?.gradient ?? -1;
    expect(opsOf({ kind: "tensor", id: gradient })).toEqual(opsOf({ kind: "tensor", id: w }));
    const edge = tape.structure.edges.findIndex(({ of }) => of === w);
    expect(opsOf({ kind: "edge", id: edge })).toEqual([0, 1]);
    const accumulator = tape.structure.edges[edge]?.target ?? -1;
    expect(opsOf({ kind: "node", id: accumulator })).toEqual([0, 1]);
  });

  it("of an op or a call holds the op and what uses its results, not what it came from", () => {
    expect(opsOf({ kind: "op", id: 1 })).toEqual([1]);
    expect(opsOf({ kind: "call", id: 0 })).toEqual([0, 1]);
    expect(opsOf({ kind: "tensor", id: product })).toEqual([1]);
  });

  it("of something that holds no tensor has no influence", () => {
    expect(influenceOf(tape.structure, { kind: "call", id: 99 })).toBeNull();
  });
});

it("a chain of 10,000 ops is walked without recursion", () => {
  const { structure } = chainTape(5_000);
  const first = structure.tensors.findIndex(({ name }) => name === "step0.weight");
  const influence = influenceOf(structure, { kind: "tensor", id: first });
  expect(influence?.ops.size).toBe(10_001);
  expect(influence?.edges.size).toBe(10_001);
});
