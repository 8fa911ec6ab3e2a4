import { describe, expect, it } from "vitest";
import { chainTape, squareTape, TapeBuilder } from "../../test/tapeBuilder";
import type { Entry } from "./searchIndex";
import { buildSearchIndex } from "./searchIndex";
import { mistakesBetween, search, wordsOfQuery } from "./search";

/** relu(x·W) through a layer fc1 and a function relu, with shapes that tell them apart. */
function layered() {
  const builder = new TapeBuilder();
  const numbers = (shape: number[]) => ({
    shape,
    values: new Array<number>(shape.reduce((a, b) => a * b, 1)).fill(1),
  });
  const x = builder.input("x", numbers([64, 4]));
  const weight = builder.parameter("fc1.weight", numbers([4, 10]));
  const hidden = builder.call("module", "fc1", "Linear", () =>
    builder.call("function", "linear", "torch.nn.functional.linear", () =>
      builder.op("aten.addmm", [x, weight], numbers([64, 10]), "fc1"),
    ),
  );
  const positive = builder.call("module", "relu", "ReLU", () =>
    builder.op("aten.relu", [hidden], numbers([64, 10]), "relu"),
  );
  const loss = builder.call("module", "loss", "SumLoss", () =>
    builder.op("aten.sum", [positive], { shape: [], values: [1] }, "loss"),
  );
  builder.backward(loss, (op, operand) =>
    new Array<number>(numbersOf(builder, op.operands[operand] ?? 0)).fill(1),
  );
  return { structure: builder.structure(), weight };
}

function numbersOf(builder: TapeBuilder, tensor: number): number {
  return (builder.tensors[tensor]?.shape ?? []).reduce((a, b) => a * b, 1);
}

const { structure, weight } = layered();
const index = buildSearchIndex(structure);
const found = (query: string): Entry[] =>
  search(index, query).groups.flatMap(({ entries }) => entries);
const first = (query: string): [string, string] => {
  const [group] = search(index, query).groups;
  return [group?.group ?? "", group?.entries[0]?.name ?? ""];
};

describe("the search", () => {
  it("finds a layer by its name first, and its op below", () => {
    expect(first("relu")).toEqual(["Layers", "relu"]);
    expect(found("relu").map((entry) => entry.selection.kind)).toContain("op");
  });

  it("finds ops, parameters, gradients and nodes by theirs", () => {
    expect(first("addmm")[0]).toBe("Operations");
    expect(first("fc1.weight")).toEqual(["Parameters and inputs", "fc1.weight"]);
    expect(first("gradient weight")).toEqual(["Gradients", "∂loss/∂fc1.weight"]);
    expect(first("addmmbackward")).toEqual(["Autograd nodes", "addmmBackward0"]);
  });

  it.each(["64x10", "64×10", "(64, 10)", "64 x 10", "64*10"])("finds the shape %s", (query) => {
    expect(wordsOfQuery(query)).toEqual(["64×10"]);
    expect(found(query).length).toBeGreaterThan(0);
    expect(found(query).every((entry) => entry.shape === "64×10")).toBe(true);
  });

  it("needs every word, in any order", () => {
    expect(first("weight fc1")).toEqual(["Parameters and inputs", "fc1.weight"]);
    expect(found("weight relu")).toEqual([]);
  });

  it("finds a tensor by its number", () => {
    const numbered = found(`#${String(weight)}`).map((entry) => entry.selection);
    expect(numbered).toContainEqual({ kind: "tensor", id: weight });
    expect(found("#99999")).toEqual([]);
  });

  it("forgives letters left out, exchanged and swapped, and says what it took for meant", () => {
    expect(first("fcw")).toEqual(["Parameters and inputs", "fc1.weight"]);
    for (const [typed, meant] of [
      ["rleu", "relu"],
      ["weihgt", "weight"],
      ["admmm", "addmm"],
    ] as const) {
      expect(search(index, typed).meant).toEqual([meant]);
    }
    expect(search(index, "relu").meant).toEqual([]);
  });

  it("finds nothing where nothing is near", () => {
    expect(search(index, "convolution")).toEqual({ groups: [], count: 0, meant: [] });
  });

  it("offers layers and what was given before anything is typed", () => {
    expect(search(index, " ").groups.map(({ group }) => group)).toEqual([
      "Layers",
      "Parameters and inputs",
    ]);
  });

  it("shows a dozen of a group and counts them all", () => {
    const many = search(buildSearchIndex(chainTape(40).structure), "step");
    const layers = many.groups.find(({ group }) => group === "Layers");
    expect([layers?.entries.length, layers?.count]).toEqual([12, 40]);
  });

  it("gives a layer's entry the tensor that leaves it", () => {
    const { tape, product } = squareTape();
    const entry = search(buildSearchIndex(tape.structure), "scale").groups[0]?.entries[0];
    expect(entry?.tensor).toBe(product);
  });
});

describe("mistakes", () => {
  it("count one for a letter too few, too many, wrong, or swapped with its neighbour", () => {
    const count = (typed: string): number => mistakesBetween("relu", typed);
    expect(["relu", "reu", "rellu", "rela", "rleu", "conv"].map(count)).toEqual([0, 1, 1, 1, 1, 4]);
  });
});
