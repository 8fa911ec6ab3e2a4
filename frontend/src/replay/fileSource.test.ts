import { describe, expect, it } from "vitest";
import { documentOf } from "../../test/replayDocument";
import { TapeBuilder } from "../../test/tapeBuilder";
import type { Slot } from "../api/types";
import { gridShape } from "../model/grid";
import { FileSource } from "./fileSource";

const builder = new TapeBuilder();
const cube = { shape: [2, 2, 3], values: Array.from({ length: 12 }, (_, index) => index) };
const odd = { shape: [3], values: [NaN, Infinity, -Infinity] };
const [input, target] = [builder.input("x", cube), builder.target("y", odd)];
const total = builder.op("aten.sum", [input], { shape: [], values: [66] }, "loss");
const tape = builder.tape();
const source = new FileSource(documentOf(tape, [0, 5]));

function part(shape: readonly number[], fixed: readonly number[] = []) {
  const grid = gridShape(shape);
  const rows = { from: 0, to: grid.rows };
  return { shape, grid, fixed, rows, columns: { from: 0, to: grid.columns } };
}

describe("tapes of the file", () => {
  it("are those of their iteration", async () => {
    const { json, blob } = await source.readTape(5, null);
    expect(json.frame.iteration).toBe(5);
    expect(json.structure?.hash).toBe(tape.structure.hash);
    expect([...new Float32Array(blob)].slice(0, 3)).toEqual([1, 2, 3]);
  });

  it("come without a structure that is known", async () => {
    expect((await source.readTape(0, tape.structure.hash)).json.structure).toBeNull();
    expect((await source.readTape(0, "another")).json.structure).not.toBeNull();
  });

  it("are not of iterations that it lacks", () => {
    expect(() => source.readTape(3, null)).toThrow("Iteration 3");
  });
});

describe("numbers of the file", () => {
  it("are nested as the part has dimensions", async () => {
    expect(await source.readNumbers(0, input, part(cube.shape, [1]))).toEqual([
      [6, 7, 8],
      [9, 10, 11],
    ]);
    expect(await source.readNumbers(5, total, part([]))).toBe(67);
  });

  it("are a part of rows and columns", async () => {
    const cut = { rows: { from: 1, to: 2 }, columns: { from: 0, to: 2 } };
    const numbers = await source.readNumbers(0, input, { ...part(cube.shape, [0]), ...cut });
    expect(numbers).toEqual([[3, 4]]);
  });

  it("may be not finite", async () => {
    expect(await source.readNumbers(0, target, part(odd.shape))).toEqual([
      NaN,
      Infinity,
      -Infinity,
    ]);
  });

  it("are the stored ones of a preview", async () => {
    const slots = tape.structure.slots.map((slot, index): Slot =>
      index === 0 ? { ...slot, count: 3, shape: [1, 1, 3], steps: [2, 2, 1], full: false } : slot,
    );
    const thinned = { ...tape, structure: { ...tape.structure, slots } };
    const file = new FileSource(documentOf(thinned, [0]));
    expect(await file.readNumbers(0, input, part([1, 1, 3], [0]))).toEqual([[0, 1, 2]]);
  });
});
