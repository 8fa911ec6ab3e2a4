import { describe, expect, it } from "vitest";
import type { IterationLayers } from "../api/types";
import { LayersState } from "./layers.svelte";
import type { TapeSource } from "./tapeSource";

/** A source whose answers come when the test says so. */
class SlowSource {
  readonly asked: number[][] = [];
  readonly #answers: (() => void)[] = [];

  constructor(readonly key = "a") {}

  get source(): TapeSource {
    return this as unknown as TapeSource;
  }

  readLayers(iterations: readonly number[], signal: AbortSignal): Promise<IterationLayers[]> {
    this.asked.push([...iterations]);
    return new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
      this.#answers.push(() => resolve(iterations.map((iteration) => ({ iteration, layers: [] }))));
    });
  }

  async answer(): Promise<void> {
    this.#answers.shift()?.();
    await new Promise((resolve) => setTimeout(resolve));
  }
}

function shown(layers: LayersState): number[] {
  return layers.history.map(({ iteration }) => iteration);
}

describe("layers over the iterations", () => {
  it("arrive in portions, and are asked for once", async () => {
    const [slow, layers] = [new SlowSource(), new LayersState()];
    const many = Array.from({ length: 20 }, (_, index) => index);
    void layers.follow(slow.source, many);
    await slow.answer();
    expect(shown(layers)).toHaveLength(12);
    await slow.answer();
    expect(shown(layers)).toEqual(many);
    await layers.follow(slow.source, [3, 7]);
    expect(shown(layers)).toEqual([3, 7]);
    expect(slow.asked.flat()).toEqual(many);
  });

  it("go on with what is wanted by the time an answer comes", async () => {
    const [slow, layers] = [new SlowSource(), new LayersState()];
    void layers.follow(slow.source, [0]);
    void layers.follow(slow.source, [0, 5]);
    expect(slow.asked).toEqual([[0]]);
    await slow.answer();
    await slow.answer();
    expect(shown(layers)).toEqual([0, 5]);
  });

  it("are forgotten from an iteration that is recorded anew, under way or not", async () => {
    const [slow, layers] = [new SlowSource(), new LayersState()];
    void layers.follow(slow.source, [0, 5]);
    await slow.answer();
    void layers.follow(slow.source, [0, 5, 9]);
    layers.forgetFrom(5);
    await slow.answer(); // of the old past: nobody waits for it
    expect(shown(layers)).toEqual([0]);
    void layers.follow(slow.source, [0, 5]);
    await slow.answer();
    expect(slow.asked.at(-1)).toEqual([5]);
    expect(shown(layers)).toEqual([0, 5]);
  });

  it("of another session are others", async () => {
    const [slow, other, layers] = [new SlowSource(), new SlowSource("b"), new LayersState()];
    void layers.follow(slow.source, [0]);
    await slow.answer();
    void layers.follow(other.source, [0]);
    expect(shown(layers)).toEqual([]);
    expect(other.asked).toEqual([[0]]);
  });
});
