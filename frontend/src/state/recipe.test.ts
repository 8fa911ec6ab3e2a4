import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Spec } from "../model/spec";
import { RecipeState } from "./recipe.svelte";

const spec: Spec = {
  name: "net",
  seed: 0,
  device: "auto",
  dtype: "float32",
  data: { kind: "moons" },
  network: { layers: [{ kind: "relu", name: "relu", inputs: ["input"] }] },
  loss: { kind: "mse" },
  optimizer: { kind: "sgd", lr: 0.1 },
  batch_size: null,
};

function seeded(seed: number): (before: Spec) => Spec {
  return (before) => ({ ...before, seed });
}

function open() {
  const applied = vi.fn<(spec: Spec) => void>();
  const recipe = new RecipeState(applied);
  recipe.open(spec);
  return { recipe, applied };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("the recipe", () => {
  it("is applied once editing has paused, as it then stands", () => {
    const { recipe, applied } = open();
    recipe.edit(seeded(1));
    vi.advanceTimersByTime(200);
    recipe.edit(seeded(2));
    vi.advanceTimersByTime(249);
    expect(applied).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(applied.mock.calls.map(([sent]) => sent.seed)).toEqual([2]);
  });

  it("takes typing in one field back in one step, and other edits one by one", () => {
    const { recipe } = open();
    for (const seed of [1, 12, 123]) recipe.edit(seeded(seed), "seed");
    recipe.edit((before) => ({ ...before, dtype: "float64" }), "dtype");
    recipe.undo();
    expect([recipe.draft?.seed, recipe.draft?.dtype]).toEqual([123, "float32"]);
    recipe.undo();
    expect([recipe.draft?.seed, recipe.canUndo]).toEqual([0, false]);
    recipe.redo();
    expect([recipe.draft?.seed, recipe.canRedo]).toEqual([123, true]);
  });

  it("forgets what was undone when something else is edited", () => {
    const { recipe } = open();
    recipe.edit(seeded(1));
    recipe.undo();
    recipe.edit(seeded(2));
    expect(recipe.canRedo).toBe(false);
  });

  it("becomes what the server made of it, unless it was edited meanwhile", () => {
    const { recipe } = open();
    recipe.edit(seeded(1));
    const sent = recipe.draft;
    recipe.accept({ ...spec, seed: 1, batch_size: 10 }, sent);
    expect(recipe.draft?.batch_size).toBe(10);
    recipe.edit(seeded(3));
    recipe.accept({ ...spec, seed: 1, batch_size: 20 }, sent);
    expect([recipe.draft?.seed, recipe.draft?.batch_size]).toEqual([3, 10]);
  });
});
