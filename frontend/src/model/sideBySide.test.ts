import { describe, expect, it } from "vitest";
import { squareTape, TapeBuilder } from "../../test/tapeBuilder";
import { sideBySide } from "./sideBySide";

const { tape, w, x, product } = squareTape();
const end = tape.structure.events.length;

describe("value and gradient side by side", () => {
  it("have their numbers in the same rows, and their ratio below", () => {
    const { title, rows } = sideBySide(tape, w, end);
    expect(title).toBe("scale.weight");
    // w = 2 and d loss / d w = 36: see squareTape.
    expect(rows).toEqual([
      { label: "norm", value: "2", gradient: "36" },
      { label: "min", value: "2", gradient: "36" },
      { label: "max", value: "2", gradient: "36" },
      { label: "zeros", value: "0 %", gradient: "0 %" },
      { label: "gradient ÷ value", value: "", gradient: "18" },
    ]);
  });

  it("are those of the value, whichever of the two is pointed at", () => {
    const gradient = tape.structure.tensors[w]?.gradient ?? -1;
    expect(sideBySide(tape, gradient, end)).toEqual(sideBySide(tape, w, end));
  });

  it("come with the playhead: before that, words instead of numbers", () => {
    expect(sideBySide(tape, product, 0)).toMatchObject({
      rows: [],
      notes: ["The value is not computed yet.", "The gradient is not computed yet."],
    });
    expect(sideBySide(tape, product, 1).rows[0]).toEqual({
      label: "norm",
      value: "6",
      gradient: "–",
    });
  });

  it("say why there is no gradient, and what an update has left", () => {
    expect(sideBySide(tape, x, end).notes).toEqual([
      "No gradient: it does not require a gradient.",
    ]);
    expect(sideBySide(tape, w, end).notes).toEqual(["After the update: norm 1.600"]);
  });

  it("count what is not finite", () => {
    const builder = new TapeBuilder();
    const bad = builder.input("bad", { shape: [3], values: [1, NaN, Infinity] });
    expect(sideBySide(builder.tape(), bad, 0).rows).toContainEqual({
      label: "not finite",
      value: "2",
      gradient: "–",
    });
  });
});

describe("gradients that are added", () => {
  /** One value that this many ops use; each of them sends this gradient back to it. */
  function shared(gradients: readonly number[]): { notes: readonly string[] } {
    const builder = new TapeBuilder();
    const one = { shape: [1], values: [1] };
    const value = builder.op("aten.exp", [builder.parameter("w", one)], one, "value");
    const first = builder.ops.length;
    const uses = gradients.map(() => builder.op("aten.neg", [value], one));
    const loss = builder.op("aten.stack", uses, one, "loss");
    builder.backward(loss, (op) => [gradients[op.id - first] ?? 1]);
    const made = builder.tape();
    return sideBySide(made, value, made.structure.events.length);
  }

  it("are told one by one up to four, and only counted beyond", () => {
    expect(shared([2, -3]).notes).toEqual([
      "2 gradients are added",
      "from neg: norm 2",
      "from neg: norm 3",
    ]);
    expect(shared(new Array<number>(12).fill(1)).notes).toEqual(["12 gradients are added"]);
  });
});
