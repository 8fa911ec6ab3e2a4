import { describe, expect, it } from "vitest";
import { squareTape, TapeBuilder } from "../../../test/tapeBuilder";
import { buildGroups, withClosed, withOpened } from "../../model/groups";
import type { Structure } from "../../api/types";
import { buildScene, type Scene } from "./scene";

/** Two layers of two ops each around one skip connection, and a loss of two ops. */
function residualStructure(): Structure {
  const builder = new TapeBuilder();
  const one = { shape: [1], values: [1] };
  const x = builder.input("input", one);
  const target = builder.target("target", one);
  const layer = (name: string, from: number): number => {
    const weight = builder.parameter(`${name}.weight`, one);
    return builder.call("module", name, "Linear", () =>
      builder.call("function", "linear", "torch.nn.functional.linear", () => {
        const turned = builder.op("aten.t", [weight], one);
        return builder.op("aten.mm", [from, turned], one, name);
      }),
    );
  };
  const first = layer("fc1", x);
  const second = layer("fc2", first);
  const sum = builder.call("module", "add", "Add", () =>
    builder.op("aten.add", [first, second], one, "add"),
  );
  const loss = builder.call("module", "loss", "MSELoss", () => {
    const difference = builder.op("aten.sub", [sum, target], one);
    return builder.op("aten.mean", [difference], one, "loss");
  });
  builder.backward(loss, () => [1]);
  return builder.structure();
}

const structure = residualStructure();
const groups = buildGroups(structure);
const none = new Map<number, boolean>();

function names(scene: Scene): string[] {
  return scene.items.map((item) => item.name);
}

function arrows(scene: Scene, half: "forward" | "backward"): string[] {
  const name = (index: number): string => scene.items[index]?.name ?? "?";
  return scene[half].map((edge) => `${name(edge.from)}→${name(edge.to)}`).sort();
}

describe("a scene", () => {
  it("holds one card per module at the level of modules, the loss among them", () => {
    const scene = buildScene(structure, "module", none, groups);
    expect(names(scene)).toEqual(["input", "fc1", "fc2", "add", "loss"]);
    expect(scene.items.map((item) => item.kind)).toEqual(["input", "card", "card", "card", "loss"]);
    expect(scene.items.map((item) => item.detail)).toEqual(["", "linear", "linear", "", "mseloss"]);
    expect(scene.frames).toEqual([]);
  });

  it("holds the function calls at the level of calls, named by their layer", () => {
    const scene = buildScene(structure, "call", none, groups);
    expect(scene.items.map((item) => item.key)).toEqual([
      "tensor:0",
      "call:1",
      "call:3",
      "call:4",
      "call:5",
    ]);
    expect(scene.items[1]).toMatchObject({ name: "fc1", detail: "linear" });
  });

  it("holds every op at the level of ops, in frames named by their calls", () => {
    const scene = buildScene(structure, "op", none, groups);
    expect(names(scene)).toEqual(["input", "t", "mm", "t", "mm", "add", "sub", "mean"]);
    expect(scene.frames.map((frame) => frame.title)).toEqual([
      "fc1 · linear",
      "fc2 · linear",
      "loss",
    ]);
    expect(scene.items[7]?.kind).toBe("loss");
  });

  it("opens one card while the others stay closed", () => {
    const scene = buildScene(structure, "module", withOpened(groups, none, 0), groups);
    expect(names(scene)).toEqual(["input", "t", "mm", "fc2", "add", "loss"]);
    expect(scene.frames.map((frame) => frame.title)).toEqual(["fc1 · linear"]);
    expect(scene.items.map((item) => item.frame)).toEqual([-1, 0, 0, -1, -1, -1]);
  });

  it("closes what was opened by hand, and what the level opened", () => {
    const opened = withOpened(groups, none, 0);
    expect(withClosed(opened, [0, 1])).toEqual(none);
    const closed = buildScene(structure, "op", withClosed(none, [0, 1]), groups);
    expect(names(closed)).toEqual(["input", "fc1", "t", "mm", "add", "sub", "mean"]);
  });

  it("has no edge inside of a closed card, and mirrored edges back", () => {
    const scene = buildScene(structure, "module", none, groups);
    expect(arrows(scene, "forward")).toEqual([
      "add→loss",
      "fc1→add",
      "fc1→fc2",
      "fc2→add",
      "input→fc1",
    ]);
    expect(arrows(scene, "backward")).toEqual(["add→fc1", "add→fc2", "fc2→fc1", "loss→add"]);
  });

  it("shares one wire between a value and its gradient", () => {
    const scene = buildScene(structure, "module", none, groups);
    const there = scene.forward.find((edge) => edge.from === 1 && edge.to === 3);
    const back = scene.backward.find((edge) => edge.from === 3 && edge.to === 1);
    expect(there?.wire).toBe(back?.wire);
    expect(scene.wires.length).toBe(scene.forward.length);
  });

  it("hangs parameters and targets on the cards that use them", () => {
    const scene = buildScene(structure, "module", none, groups);
    const leaves = scene.items.map((item) => item.leaves.map((id) => structure.tensors[id]?.name));
    expect(leaves).toEqual([[], ["fc1.weight"], ["fc2.weight"], [], ["target"]]);
  });

  it("keeps a repeated operand in mind", () => {
    const { tape } = squareTape();
    const scene = buildScene(tape.structure, "module", none);
    expect(scene.forward.map((edge) => edge.uses)).toEqual([1, 2]);
    expect(scene.backward.find((edge) => edge.from === 2)?.edges.length).toBe(2);
  });

  it("shows no op that only keeps a tensor for later", () => {
    const copy: Structure = structuredClone(structure);
    const op = copy.ops.find((candidate) => candidate.name === "aten.t");
    if (op !== undefined) op.bookkeeping = true;
    expect(names(buildScene(copy, "op", none)).filter((name) => name === "t").length).toBe(1);
  });

  it("draws no card for the one module around the whole network", () => {
    const builder = new TapeBuilder();
    const one = { shape: [1], values: [1] };
    const x = builder.input("input", one);
    builder.call("module", "network", "Network", () => {
      const first = builder.call("module", "a", "A", () => builder.op("aten.exp", [x], one));
      return builder.call("module", "b", "B", () => builder.op("aten.exp", [first], one));
    });
    expect(names(buildScene(builder.structure(), "module", none))).toEqual(["input", "a", "b"]);
  });

  it("copes with calls nested a thousand deep", () => {
    const builder = new TapeBuilder();
    const one = { shape: [1], values: [1] };
    const x = builder.input("input", one);
    const nest = (depth: number): number =>
      builder.call("module", `m${depth}`, "M", () => {
        const inner = depth === 0 ? x : nest(depth - 1);
        return builder.op("aten.exp", [inner], one);
      });
    nest(1000);
    const scene = buildScene(builder.structure(), "op", none);
    expect(scene.items.length).toBe(1002);
  });
});

describe("a scene that ends before a layer that does not work", () => {
  const one = { shape: [1], values: [1] };
  const builder = new TapeBuilder();
  const x = builder.input("input", one);
  const first = builder.call("module", "fc1", "Linear", () =>
    builder.op("aten.mm", [x, builder.parameter("fc1.weight", one)], one, "fc1"),
  );
  builder.call("module", "relu", "ReLU", () => builder.op("aten.relu", [first], one, "relu"));
  const part = builder.structure("part");
  const missing = { name: "add", kind: "add", inputs: ["relu", "fc1", "later"] };

  it("holds that layer last, awaiting what it would have taken", () => {
    const scene = buildScene(part, "module", none, undefined, missing);
    expect(names(scene)).toEqual(["input", "fc1", "relu", "add"]);
    expect(scene.items.at(-1)).toMatchObject({ kind: "missing", output: null, leaves: [] });
    const wanted = ["fc1→add", "fc1→relu", "input→fc1", "relu→add"];
    expect(arrows(scene, "forward")).toEqual(wanted);
  });

  it("has no lower half", () => {
    expect(buildScene(part, "module", none, undefined, missing).turnsBack).toBe(false);
    expect(buildScene(structure, "module", none, groups).turnsBack).toBe(true);
  });
});
