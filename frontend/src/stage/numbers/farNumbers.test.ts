import { describe, expect, it, vi } from "vitest";
import type { Line } from "../../model/farProduct";
import { squareTape } from "../../../test/tapeBuilder";
import { FarNumbers } from "./farNumbers";

const { tape } = squareTape();
const line = (tensor: number): Line => ({
  tensor,
  fixed: [],
  rows: { from: 0, to: 1 },
  columns: { from: 0, to: 1 },
});

describe("numbers that the tape does not hold", () => {
  it("are read once, and there as soon as they have arrived", async () => {
    const read = vi.fn(({ tensor }: Line) => Promise.resolve([tensor * 10]));
    const arrived = vi.fn();
    const far = new FarNumbers(read, arrived);
    expect(far.read(tape, [line(1), line(2), undefined])).toBeUndefined();
    expect(far.read(tape, [line(1), line(2), undefined])).toBeUndefined();
    await vi.waitFor(() => expect(arrived).toHaveBeenCalledTimes(1));
    expect(far.read(tape, [line(1), line(2), undefined])).toEqual([[10], [20]]);
    expect(read).toHaveBeenCalledTimes(2);
  });

  it("are not read for what the pointer only passes", async () => {
    const read = vi.fn(({ tensor }: Line) => Promise.resolve([tensor]));
    const arrived = vi.fn();
    const far = new FarNumbers(read, arrived);
    far.read(tape, [line(1)]);
    far.read(tape, [line(2)]);
    await vi.waitFor(() => expect(arrived).toHaveBeenCalledTimes(1));
    expect(read.mock.calls.map(([{ tensor }]) => tensor)).toEqual([2]);
  });

  it.each([
    ["nobody has them", () => null],
    ["there is no answer", () => Promise.reject(new Error("gone"))],
  ])("are null where %s", async (_, read) => {
    const arrived = vi.fn();
    const far = new FarNumbers(read, arrived);
    far.read(tape, [line(1)]);
    await vi.waitFor(() => expect(arrived).toHaveBeenCalled());
    expect(far.read(tape, [line(1)])).toBeNull();
  });
});
