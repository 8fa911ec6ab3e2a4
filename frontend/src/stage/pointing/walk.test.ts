import { describe, expect, it } from "vitest";
import { scalar, TapeBuilder } from "../../../test/tapeBuilder";
import type { Tape } from "../../model/tape";
import { toGeometry, toLayoutGraph, type Geometry } from "../layout/geometry";
import { layOut } from "../layout/layout";
import { sayStand } from "./placeWords";
import { buildScene } from "../scene/scene";
import { itemAt, standAt, takeStep, type Stand, type Step } from "./walk";

/** x → first → {left, right} → joined → loss, with a weight at first. */
function branchedTape(): Tape {
  const builder = new TapeBuilder();
  const x = builder.input("x", scalar(2));
  const w = builder.parameter("first.weight", scalar(3));
  const module = (name: string, operands: number[], value: number): number =>
    builder.call("module", name, "Step", () =>
      builder.op("aten.mul", operands, scalar(value), name),
    );
  const first = module("first", [x, w], 6);
  const left = module("left", [first], 12);
  const right = module("right", [first], 18);
  const joined = module("joined", [left, right], 30);
  const loss = module("loss", [joined], 30);
  builder.backward(loss, (op) => (op.id === 2 ? [0] : [1]));
  return builder.tape();
}

const tape = branchedTape();
const scene = buildScene(tape.structure, "module", new Map());
const geometry: Geometry = toGeometry(
  scene,
  layOut(toLayoutGraph(scene, "horizontal")),
  "horizontal",
);
const at = (name: string, half: "forward" | "backward" = "forward"): Stand => {
  const item = scene.items.find((each) => each.name === name);
  return standAt({ half, key: item?.key ?? "", leaf: null });
};

function walk(from: Stand, ...steps: Step[]): Stand {
  return steps.reduce((stand, step) => {
    const next = takeStep(geometry, stand, step);
    if (next === null) throw new Error(`${step} leads nowhere`);
    return next;
  }, from);
}

function where({ place }: Stand): string {
  const leaf = place.leaf === null ? "" : ` ${tape.structure.tensors[place.leaf]?.name ?? ""}`;
  return `${place.half} ${itemAt(scene, place)?.name ?? ""}${leaf}`;
}

describe("a walk through the graph", () => {
  it("goes onward to what uses a value and back to what made it", () => {
    expect(where(walk(at("x"), "onward"))).toBe("forward first");
    expect(where(walk(at("joined"), "onward"))).toBe("forward loss");
    expect(where(walk(at("loss"), "back"))).toBe("forward joined");
  });

  it("goes up and down among several consumers, and across to the gradient after the last", () => {
    const { among } = walk(at("first"), "onward");
    // Which of the two lies above is the layout's choice.
    const [upper, lower] = among.map((place): Stand => ({ place, among })) as [Stand, Stand];
    expect([where(upper), where(lower)].sort()).toEqual(["forward left", "forward right"]);
    expect(where(walk(upper, "down"))).toBe(where(lower));
    expect(where(walk(lower, "up"))).toBe(where(upper));
    expect(where(walk(lower, "down"))).toBe(where(lower).replace("forward", "backward"));
    expect(where(walk(lower, "down", "up"))).toBe(where(lower));
  });

  it("finds parameters among the producers, and their gradients below", () => {
    const weight = walk(at("first"), "back", "down");
    expect(where(weight)).toBe("forward first first.weight");
    expect(where(walk(weight, "onward"))).toBe("forward first");
    expect(where(walk(weight, "down"))).toBe("backward first first.weight");
  });

  it("makes the turn at the loss, both ways", () => {
    expect(where(walk(at("loss"), "onward"))).toBe("backward loss");
    expect(where(walk(at("loss", "backward"), "onward"))).toBe("forward loss");
  });

  it("follows a gradient from the loss to the first layer", () => {
    const way = walk(at("loss"), "onward", "back", "back", "back");
    expect(where(way)).toBe("backward first");
    expect(where(walk(way, "back"))).toMatch(/^backward (x|first first.weight)$/);
  });

  it("ends where nothing lies that way", () => {
    expect(takeStep(geometry, at("x"), "back")).toBeNull();
    expect(takeStep(geometry, at("x"), "up")).toBeNull();
    expect(takeStep(geometry, at("x", "backward"), "down")).toBeNull();
  });
});

describe("what is said of a place", () => {
  const end = tape.structure.events.length;
  const said = (stand: Stand, playhead: number): string =>
    sayStand(geometry, tape, playhead, stand);

  it("names op, shape, value, gradient and what is still to come", () => {
    expect(said(at("first"), 0)).toBe(
      "first, step, a single number, value not computed yet, gradient not yet.",
    );
    expect(said(at("first"), end)).toContain("value 6");
    expect(said(at("loss"), end)).toContain("value 30");
  });

  it("tells an exact zero and a missing gradient from each other", () => {
    expect(said(at("first", "backward"), end)).toContain("gradient norm 1");
    expect(said(at("x", "backward"), end)).toContain("no gradient: it does not require a gradient");
  });
});
