import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { goldenStructures } from "../../../test/goldenTapes";
import {
  loopStructure,
  nestedStep,
  ownBlock,
  recurrentStep,
  residualStep,
} from "../../../test/loopTape";
import { structures } from "../../../test/randomStructure";
import type { Structure } from "../../api/types";
import { nothingOpened, withStep, withUnfolded, type Opened } from "../../model/folding";
import { buildGroups } from "../../model/groups";
import { levels, type Level } from "../../model/levels";
import { showSteps, toGeometry, toLayoutGraph, type Geometry, type Rect } from "./geometry";
import { layOut } from "./layout";
import type { Orientation } from "./measures";
import { buildScene, type Scene } from "../scene/scene";

const orientations: readonly Orientation[] = ["horizontal", "vertical"];

interface Choice {
  readonly level: Level;
  readonly orientation: Orientation;
  /** Which share of the steps of each repeat is passed over: 0 is the first step, 1 the last. */
  readonly share: number;
  readonly unfolds: boolean;
}

const choices: fc.Arbitrary<Choice> = fc.record({
  level: fc.constantFrom(...levels),
  orientation: fc.constantFrom(...orientations),
  share: fc.double({ min: 0, max: 1, noNaN: true }),
  unfolds: fc.boolean(),
});

function openedBy(structure: Structure, { share, unfolds }: Choice): Opened {
  const groups = buildGroups(structure);
  let opened: Opened = nothingOpened;
  for (const { id, steps } of groups.repeats) {
    if (unfolds && id % 2 === 0) opened = withUnfolded(opened, id);
    else opened = withStep(groups, opened, id, Math.round(share * (steps.length - 1)));
  }
  return opened;
}

function sceneOf(structure: Structure, choice: Choice, known?: Scene): Scene {
  const opened = openedBy(structure, choice);
  const groups = buildGroups(structure);
  const { level } = choice;
  return buildScene(structure, level, opened.overrides, groups, null, opened, known?.wires);
}

function geometryOf(structure: Structure, choice: Choice): Geometry {
  const scene = sceneOf(structure, choice);
  const { orientation } = choice;
  return toGeometry(scene, layOut(toLayoutGraph(scene, orientation)), orientation);
}

/** Everything that a person sees as a thing: cards and chips of both halves. */
function things(geometry: Geometry): Rect[] {
  return [
    ...geometry.cards,
    ...geometry.gradientCards,
    ...geometry.chips.flat(),
    ...geometry.gradientChips.flat().filter((rect) => rect !== null),
  ];
}

const slack = 1e-6;

function overlap(a: Rect, b: Rect): boolean {
  return (
    a.x + slack < b.x + b.width &&
    b.x + slack < a.x + a.width &&
    a.y + slack < b.y + b.height &&
    b.y + slack < a.y + a.height
  );
}

function contains(outer: Rect, inner: Rect): boolean {
  return (
    outer.x <= inner.x + slack &&
    outer.y <= inner.y + slack &&
    outer.x + outer.width >= inner.x + inner.width - slack &&
    outer.y + outer.height >= inner.y + inner.height - slack
  );
}

/** The pieces of a path: a curve stays within the box between its ends. */
function pieces(path: Float64Array): Rect[] {
  const found: Rect[] = [];
  for (let i = 2; i < path.length; i += 2) {
    const [x0, y0, x1, y1] = path.slice(i - 2, i + 2) as unknown as [
      number,
      number,
      number,
      number,
    ];
    const [x, y] = [Math.min(x0, x1), Math.min(y0, y1)];
    found.push({ x, y, width: Math.abs(x1 - x0), height: Math.abs(y1 - y0) });
  }
  return found;
}

/** Every law as the list of what breaks it. */
const laws: Record<string, (geometry: Geometry) => unknown[]> = {
  "no two cards or chips overlap": (geometry) => {
    const all = things(geometry);
    return all.flatMap((a, i) => all.slice(i + 1).filter((b) => overlap(a, b)));
  },

  "edges point with the flow": ({ orientation, forwardPaths, backwardPaths }) => {
    const along = orientation === "horizontal" ? 0 : 1;
    const turnsBack = (path: Float64Array, sign: number): boolean => {
      for (let i = 2 + along; i < path.length; i += 2) {
        if (sign * ((path[i] as number) - (path[i - 2] as number)) < -slack) return true;
      }
      return false;
    };
    return [
      ...forwardPaths.filter((path) => turnsBack(path, 1)),
      ...backwardPaths.filter((path) => turnsBack(path, -1)),
    ];
  },

  "edges do not run over cards or chips": (geometry) => {
    const all = things(geometry);
    const paths = [...geometry.forwardPaths, ...geometry.backwardPaths];
    return paths.flatMap(pieces).filter((piece) => all.some((rect) => overlap(piece, rect)));
  },

  "edges touch the cards that they join": ({ scene, cards, forwardPaths, orientation }) =>
    scene.forward.filter(({ index, from, to }) => {
      const path = forwardPaths[index] as Float64Array;
      const [a, b] = [cards[from] as Rect, cards[to] as Rect];
      const ends =
        orientation === "horizontal"
          ? [a.x + a.width - (path[0] as number), b.x - (path.at(-2) as number)]
          : [a.y + a.height - (path[1] as number), b.y - (path.at(-1) as number)];
      return ends.some((gap) => Math.abs(gap) > slack);
    }),

  "groups contain their members": (geometry) => {
    const { scene, cards, gradientCards, chips, frames, gradientFrames } = geometry;
    const lost = scene.items.filter(({ index, frame }) => {
      const [outer, below] = [frames[frame], gradientFrames[frame]];
      const own = [cards[index] as Rect, ...(chips[index] ?? [])];
      const gradient = gradientCards[index];
      return (
        (outer !== undefined && !own.every((rect) => contains(outer, rect))) ||
        (below !== undefined && gradient !== undefined && !contains(below, gradient))
      );
    });
    const stray = scene.frames.filter(({ index, parent }) => {
      const outer = frames[parent];
      return outer !== undefined && !contains(outer, frames[index] as Rect);
    });
    return [...lost, ...stray];
  },

  "groups hold nothing that is not theirs": ({ scene, cards, frames }) => {
    const isIn = (item: number, frame: number): boolean => {
      for (let at = scene.items[item]?.frame ?? -1; at >= 0; at = scene.frames[at]?.parent ?? -1) {
        if (at === frame) return true;
      }
      return false;
    };
    return scene.frames.flatMap(({ index }) =>
      scene.items.filter(
        (item) =>
          !isIn(item.index, index) && overlap(frames[index] as Rect, cards[item.index] as Rect),
      ),
    );
  },

  "straight chains are straight": ({ scene, cards, orientation }) => {
    const [outgoing, incoming] = [new Map<number, number>(), new Map<number, number>()];
    for (const { from, to } of scene.wires) {
      outgoing.set(from, (outgoing.get(from) ?? 0) + 1);
      incoming.set(to, (incoming.get(to) ?? 0) + 1);
    }
    const line = ({ x, y, width, height }: Rect): number =>
      orientation === "horizontal" ? y + height / 2 : x + width / 2;
    return scene.wires.filter(({ from, to }) => {
      const inOneGroup = scene.items[from]?.frame === scene.items[to]?.frame;
      if (!inOneGroup || outgoing.get(from) !== 1 || incoming.get(to) !== 1) return false;
      return Math.abs(line(cards[from] as Rect) - line(cards[to] as Rect)) > slack;
    });
  },

  "everything lies within the bounds": (geometry) =>
    things(geometry).filter((rect) => !contains(geometry.bounds, rect)),
};

function expectLaws(geometry: Geometry): void {
  for (const [law, breaches] of Object.entries(laws)) {
    const found = breaches(geometry);
    if (found.length > 0) throw new Error(`${law}: ${JSON.stringify(found[0])}`);
  }
}

/** Wherever the shown step takes something from, edges lead from there to it. */
function expectWays(scene: Scene): void {
  const next = new Map<number, number[]>();
  for (const { from, to } of scene.forward) next.set(from, [...(next.get(from) ?? []), to]);
  const leads = (from: number, to: number): boolean => {
    const seen = new Set([from]);
    for (const at of seen) for (const reached of next.get(at) ?? []) seen.add(reached);
    return seen.has(to);
  };
  for (const op of scene.structure.ops) {
    const user = scene.itemOfOp[op.id] ?? -1;
    for (const operand of op.operands) {
      const producer = scene.structure.tensors[operand]?.op ?? null;
      const source = producer === null ? -1 : (scene.itemOfOp[producer] ?? -1);
      if (source < 0 || user < 0 || op.phase !== "forward") continue;
      expect(leads(source, user), `from ${String(source)} to ${String(user)}`).toBe(true);
    }
  }
}

const loops = {
  recurrent: loopStructure(40, recurrentStep),
  residual: loopStructure(30, residualStep),
  blocks: loopStructure(48, ownBlock),
  nested: loopStructure(10, nestedStep),
};
const known = [...goldenStructures(), ...Object.entries(loops)];
const runs = { numRuns: 60, seed: 20_260 };

/** Numbers and texts alone: functions, as those that spell a sum out, equal nothing but themselves. */
function plain(geometry: Geometry): unknown {
  const text = JSON.stringify(geometry, (_key, value: unknown) => {
    if (value instanceof Map) return [...(value as Map<unknown, unknown>)];
    return ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value;
  });
  return JSON.parse(text) as unknown;
}

describe("the laws of the layout", () => {
  describe.each(known)("on the tape of %s", (_, structure) => {
    it.each(orientations)("hold at every level: %s", (orientation) => {
      for (const level of levels) {
        for (const unfolds of [false, true]) {
          expectLaws(geometryOf(structure, { level, orientation, share: 0, unfolds }));
        }
      }
    });
  });

  it("hold on random tapes, with any step of a loop in view", () => {
    const property = fc.property(structures, choices, (structure, choice) => {
      expectLaws(geometryOf(structure, choice));
    });
    fc.assert(property, runs);
  });

  it("give the same picture for the same tape", () => {
    const property = fc.property(structures, choices, (structure, choice) => {
      expect(plain(geometryOf(structure, choice))).toEqual(plain(geometryOf(structure, choice)));
    });
    fc.assert(property, { ...runs, numRuns: 20 });
  });
});

describe("the shown step of a loop", () => {
  const shares = [0, 0.03, 0.5, 0.8, 1];

  it.each(Object.entries(loops))("moves no card: %s", (_, structure) => {
    for (const orientation of orientations) {
      const choice: Choice = { level: "call", orientation, share: 0, unfolds: false };
      const first = geometryOf(structure, choice);
      for (const share of shares) {
        const scene = sceneOf(structure, { ...choice, share }, first.scene);
        const shown = showSteps(first, scene);
        expect(shown?.cards).toEqual(first.cards);
        expect(shown?.gradientCards).toEqual(first.gradientCards);
        // The same picture as if it had been the first to be shown.
        expect(geometryOf(structure, { ...choice, share }).cards).toEqual(first.cards);
      }
    }
  });

  it.each(Object.entries(loops))("is reached from wherever it takes something: %s", (_, tape) => {
    for (const share of shares) {
      expectWays(sceneOf(tape, { level: "op", orientation: "horizontal", share, unfolds: false }));
    }
  });

  it("is reached from wherever it takes something, on random tapes", () => {
    const property = fc.property(structures, choices, (structure, choice) => {
      expectWays(sceneOf(structure, choice));
    });
    fc.assert(property, runs);
  });
});
