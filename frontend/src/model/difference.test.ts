import { describe, expect, it } from "vitest";
import type { Difference, TensorDifference } from "../api/types";
import { TapeBuilder } from "../../test/tapeBuilder";
import {
  differenceRows,
  tensorsToMark,
  wordComparison,
  wordExtent,
  wordUnmatched,
} from "./difference";

const weight: TensorDifference = {
  tensor: 0,
  tensor_before: 4,
  role: "parameter",
  name: "fc1.weight",
  of: null,
  numbers: 1600,
  changed: 3,
  largest: { index: [3, 1], before: -0.5, after: "NaN" },
  norm_before: 1.25,
  norm_after: "NaN",
};

function difference(changes: Partial<Difference> = {}): Difference {
  return {
    iteration_before: 3,
    iteration_after: 7,
    replaced: false,
    same_structure: true,
    compared: 32,
    changed: 1,
    tensors: [weight],
    only_before: [],
    only_after: [],
    ...changes,
  };
}

describe("a difference in words", () => {
  it("is a row for each tensor, in the order of the server", () => {
    const builder = new TapeBuilder();
    builder.parameter("fc1.weight", { shape: [2], values: [1, 2] });
    const structure = builder.structure();
    expect(differenceRows(difference(), structure)).toEqual([
      {
        tensor: 0,
        title: "fc1.weight",
        changed: "3 of 1\u202f600",
        place: "[3, 1]",
        before: "−0.5000",
        after: "NaN",
        normBefore: "1.250",
        normAfter: "NaN",
      },
    ]);
  });

  it("names the iterations, or that one was recorded again", () => {
    expect(wordComparison(difference())).toBe("Iteration 3 → 7");
    const again = difference({ iteration_before: 7, replaced: true });
    expect(wordComparison(again)).toBe("Iteration 7, before → after");
  });

  it("says how much differs, and that not all of it is listed", () => {
    expect(wordExtent(difference())).toBe("1 of 32 tensors differ");
    expect(wordExtent(difference({ changed: 9 }))).toBe("9 of 32 tensors differ; 1 are listed");
    const same = difference({ changed: 0, tensors: [] });
    expect(wordExtent(same)).toBe("All 32 tensors are the same, bit for bit");
  });

  it("names what only one of the tapes has", () => {
    expect(wordUnmatched(difference())).toBe("");
    const updated = (of: string) => ({ tensor: 1, role: "updated", name: null, of }) as const;
    const cut = { tensor: 2, role: "intermediate", name: "fc1.cut_value", of: null } as const;
    const gradient = { tensor: 3, role: "gradient", name: null, of: "fc1.cut_value" } as const;
    const unmatched = difference({
      only_before: ["a", "b", "c", "d", "e"].map(updated),
      only_after: [cut, gradient],
    });
    expect(wordUnmatched(unmatched)).toBe(
      "only now: fc1.cut_value, ∂loss/∂fc1.cut_value · " +
        "only before: a after the update, b after the update, c after the update and 2 more",
    );
  });

  it("marks tensors on a graph that has changed, and none on one that has not", () => {
    const again = difference({ replaced: true, same_structure: false });
    expect([...tensorsToMark(again)]).toEqual([0]);
    expect([...tensorsToMark(difference({ replaced: true }))]).toEqual([]);
    expect([...tensorsToMark(difference({ same_structure: false }))]).toEqual([]);
  });
});
