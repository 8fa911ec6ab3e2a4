import { describe, expect, it, vi } from "vitest";
import type { OpTimes } from "../api/types";
import { squareTape } from "../../test/tapeBuilder";
import { OpTimesState } from "./opTimes.svelte";
import type { TapeSource } from "./tapeSource";

const { tape } = squareTape();
const told: OpTimes = { iteration: 0, structure_hash: "h", runs: 3, nanoseconds: [1, 2] };

function sourceThat(readTimes: TapeSource["readTimes"], key = "a"): TapeSource {
  const never = (): Promise<never> => new Promise(() => undefined);
  return { key, hasAllNumbers: true, readTape: never, readNumbers: never, readTimes };
}

describe("times of ops", () => {
  it("are asked for once for all iterations of a structure, and again for another session", async () => {
    const read = vi.fn(() => Promise.resolve(told));
    const state = new OpTimesState();
    await state.read(sourceThat(read), tape);
    await state.read(sourceThat(read), { ...tape, frame: { ...tape.frame, iteration: 7 } });
    expect(read).toHaveBeenCalledTimes(1);
    expect(state.latest).toEqual(told);
    await state.read(sourceThat(read, "b"), tape);
    expect(read).toHaveBeenCalledTimes(2);
  });

  it("are asked for again after a failure", async () => {
    const state = new OpTimesState();
    const fails = sourceThat(() => Promise.reject(new Error("no")));
    await expect(state.read(fails, tape)).rejects.toThrow("no");
    expect(state.latest).toBeNull();
    await state.read(
      sourceThat(() => Promise.resolve(told)),
      tape,
    );
    expect(state.latest).toEqual(told);
  });
});
