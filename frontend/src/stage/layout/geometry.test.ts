import { describe, expect, it } from "vitest";
import { chainTape, squareTape, TapeBuilder } from "../../../test/tapeBuilder";
import type { Structure } from "../../api/types";
import { levels } from "../../model/levels";
import { toGeometry, toLayoutGraph, type Geometry, type Rect } from "./geometry";
import { layOut } from "./layout";
import type { Orientation } from "./measures";
import { buildScene } from "../scene/scene";

/** Three branches, a skip over all of them, a weight that two layers share, nested modules. */
function branchingStructure(): Structure {
  const builder = new TapeBuilder();
  const one = { shape: [4, 4], values: new Array<number>(16).fill(1) };
  const x = builder.input("input", one);
  const shared = builder.parameter("shared.weight", one);
  const layer = (name: string, from: number, weight: number): number =>
    builder.call("module", name, "Linear", () => {
      const turned = builder.op("aten.t", [weight], one);
      return builder.op("aten.mm", [from, turned], one, name);
    });
  const stem = layer("stem", x, shared);
  const branches = builder.call("module", "branches", "Branches", () => {
    const left = builder.call("module", "left", "Chain", () =>
      layer("left.b", layer("left.a", stem, shared), shared),
    );
    const right = layer("right", stem, builder.parameter("right.weight", one));
    return builder.op("aten.cat", [left, right, builder.op("aten.tanh", [stem], one)], one);
  });
  const sum = builder.op("aten.add", [branches, stem], one, "sum");
  const loss = builder.op("aten.sum", [sum], { shape: [], values: [16] }, "loss");
  builder.backward(loss, (op, operand) =>
    new Array<number>(
      builder.tensors[op.operands[operand] as number]?.shape.length === 0 ? 1 : 16,
    ).fill(1),
  );
  return builder.structure();
}

const structures = {
  branching: branchingStructure(),
  square: squareTape().tape.structure,
  chain: chainTape(12).structure,
};
const orientations: readonly Orientation[] = ["horizontal", "vertical"];
const cases = Object.entries(structures).flatMap(([name, structure]) =>
  levels.flatMap((level) =>
    orientations.map((orientation) => ({ name, structure, level, orientation })),
  ),
);

function geometryOf({ structure, level, orientation }: (typeof cases)[number]): Geometry {
  const scene = buildScene(structure, level, new Map());
  return toGeometry(scene, layOut(toLayoutGraph(scene, orientation)), orientation);
}

function allRects(geometry: Geometry): { name: string; rect: Rect }[] {
  const name = (kind: string, index: number): string =>
    `${kind} of ${geometry.scene.items[index]?.name ?? ""}`;
  return geometry.scene.items.flatMap(({ index }) => [
    { name: name("card", index), rect: geometry.cards[index] as Rect },
    { name: name("gradient", index), rect: geometry.gradientCards[index] as Rect },
    ...(geometry.chips[index] ?? []).map((rect) => ({ name: name("chip", index), rect })),
    ...(geometry.gradientChips[index] ?? []).flatMap((rect) =>
      rect === null ? [] : [{ name: name("gradient chip", index), rect }],
    ),
  ]);
}

function overlap(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function inside(inner: Rect, outer: Rect): boolean {
  const [right, bottom] = [inner.x + inner.width, inner.y + inner.height];
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    right <= outer.x + outer.width &&
    bottom <= outer.y + outer.height
  );
}

describe.each(cases)(
  "the $orientation picture of the $name tape at the level of ${level}s",
  (example) => {
    const geometry = geometryOf(example);

    it("lets no card and no chip overlap another", () => {
      const rects = allRects(geometry);
      const overlapping = rects.flatMap((a, i) =>
        rects
          .slice(i + 1)
          .flatMap((b) => (overlap(a.rect, b.rect) ? [`${a.name}, ${b.name}`] : [])),
      );
      expect(overlapping).toEqual([]);
    });

    it("lies within its bounds", () => {
      const outside = allRects(geometry).filter(({ rect }) => !inside(rect, geometry.bounds));
      expect(outside).toEqual([]);
    });

    it("keeps cards inside of their frames, in both halves", () => {
      for (const item of geometry.scene.items) {
        const [frame, gradientFrame] = [
          geometry.frames[item.frame],
          geometry.gradientFrames[item.frame],
        ];
        if (frame !== undefined)
          expect(inside(geometry.cards[item.index] as Rect, frame)).toBe(true);
        if (gradientFrame !== undefined) {
          expect(inside(geometry.gradientCards[item.index] as Rect, gradientFrame)).toBe(true);
        }
      }
    });

    it("mirrors the backward half: each gradient stands level with its card", () => {
      for (const { index } of geometry.scene.items) {
        const [card, gradient] = [
          geometry.cards[index] as Rect,
          geometry.gradientCards[index] as Rect,
        ];
        if (geometry.orientation === "horizontal") {
          expect(gradient.x + gradient.width / 2).toBeCloseTo(card.x + card.width / 2);
          expect(gradient.y).toBeGreaterThan(card.y + card.height);
        } else {
          expect(gradient.y + gradient.height / 2).toBeCloseTo(card.y + card.height / 2);
          expect(gradient.x).toBeGreaterThan(card.x + card.width);
        }
      }
    });

    it("lets edges touch the cards that they join", () => {
      for (const edge of geometry.scene.backward) {
        const path = geometry.backwardPaths[edge.index] as Float64Array;
        const from = geometry.gradientCards[edge.from] as Rect;
        const to = geometry.gradientCards[edge.to] as Rect;
        const end = path.length;
        if (geometry.orientation === "horizontal") {
          expect([path[0], path[end - 2]]).toEqual([from.x, to.x + to.width]);
        } else expect([path[1], path[end - 1]]).toEqual([from.y, to.y + to.height]);
      }
    });
  },
);

describe("a tape without a backward pass", () => {
  const builder = new TapeBuilder();
  const x = builder.input("input", { shape: [1], values: [1] });
  builder.call("module", "fc1", "Linear", () =>
    builder.op("aten.mul", [x, x], { shape: [1], values: [1] }, "fc1"),
  );
  const missing = { name: "fc2", kind: "linear", inputs: ["fc1"] };

  it.each(orientations)("has one half only, in order along the flow: %s", (orientation) => {
    const scene = buildScene(builder.structure(), "module", new Map(), undefined, missing);
    const geometry = toGeometry(scene, layOut(toLayoutGraph(scene, orientation)), orientation);
    const horizontal = orientation === "horizontal";
    const along = geometry.cards.map((rect) => (horizontal ? rect.x : rect.y));
    expect(along).toEqual([...along].sort((left, right) => left - right));
    expect(new Set(along).size).toBe(3);
    expect([geometry.gradientCards, geometry.gradientChips, geometry.turn]).toEqual([[], [], null]);
    const { bounds } = geometry;
    const breadth = horizontal ? bounds.height : bounds.width;
    const card = horizontal ? geometry.cards[1]?.height : geometry.cards[1]?.width;
    expect(breadth).toBeLessThan(2 * (card ?? 0));
  });
});
