import { describe, expect, it } from "vitest";
import type { IterationLayers, LayerStatistics } from "../api/types";
import { ridgePanels, thinStably } from "./ridgelines";

function layer(name: string, parts: Partial<LayerStatistics>): LayerStatistics {
  const histogram = { width: 1, first: 0, counts: [1], non_finite: 0 };
  return {
    name,
    target: "Linear",
    units: 1,
    output: { norm: 1, histogram },
    output_gradient: null,
    parameter_gradient: null,
    dead_share: null,
    saturated_share: null,
    ...parts,
  };
}

function values(width: number, first: number, counts: number[], non_finite = 0) {
  return { output: { norm: 1, histogram: { width, first, counts, non_finite } } };
}

function gradients(first: number, counts: number[], zeros = 0) {
  return { output_gradient: { norm: 1, histogram: { first, counts, zeros, non_finite: 0 } } };
}

function history(...layers: LayerStatistics[][]): IterationLayers[] {
  return layers.map((each, index) => ({ iteration: 10 * index, layers: each }));
}

describe("ridgelines", () => {
  it("bring the widths of all iterations onto the widest", () => {
    const [panel] = ridgePanels(
      history(
        [layer("fc", values(0.25, -3, [1, 2, 3, 4, 10]))], // −0.75 … 0.5
        [layer("fc", values(0.5, -1, [6, 4]))],
      ),
      "output",
    );
    // Bins −3, −2, −1, 0, 1 of 0.25 lie in bins −2, −1, −1, 0, 0 of 0.5.
    expect(panel?.ridges.map(({ shares }) => [...shares])).toEqual([
      [1 / 20, 5 / 20, 14 / 20],
      [0, 0.6, 0.4],
    ]);
    expect(panel?.labels).toEqual(["−1", "0.50"]);
    expect(panel?.zeroAt).toBe(2);
  });

  it("put the gradients of all layers on one axis of whole decades", () => {
    const panels = ridgePanels(
      history([
        layer("fc1", gradients(-31, [1])),
        layer("relu", {}),
        layer("fc2", gradients(-5, [2, 2], 4)),
      ]),
      "output_gradient",
    );
    expect(panels.map(({ name }) => name)).toEqual(["fc1", "fc2"]);
    expect(panels.map(({ bins, labels }) => [bins, ...labels])).toEqual([
      [32, "10⁻⁸", "1"],
      [32, "10⁻⁸", "1"],
    ]);
    expect(panels[0]?.ridges[0]?.shares[1]).toBe(1); // bin −31 is the second from −32
    expect(panels[1]?.ridges[0]).toMatchObject({ zeros: 0.5, nonFinite: 0 });
    expect(panels[1]?.ridges[0]?.shares[27]).toBe(0.25); // bin −5, below a tenth
  });

  it("tell the share of numbers that are not finite", () => {
    const [panel] = ridgePanels(history([layer("fc", values(1, 0, [1], 3))]), "output");
    expect(panel?.ridges[0]?.nonFinite).toBe(0.75);
  });

  it("stand empty where nothing could be counted", () => {
    const [panel] = ridgePanels(history([layer("fc", values(1, 0, [], 3))]), "output");
    expect(panel?.bins).toBe(1);
    expect([...(panel?.ridges[0]?.shares ?? [])]).toEqual([0]);
  });

  it("are of few iterations, mostly the same when there are more", () => {
    const iterations = Array.from({ length: 500 }, (_, index) => index * 3);
    const [before, after] = [thinStably(iterations.slice(0, 490), 60), thinStably(iterations, 60)];
    expect(after.length).toBeLessThanOrEqual(60);
    expect(after.at(-1)).toBe(499 * 3);
    expect(after.slice(0, -2)).toEqual(before.slice(0, after.length - 2));
    expect(thinStably([4, 9], 60)).toEqual([4, 9]);
  });
});
