import { beforeEach, describe, expect, it } from "vitest";
import { TapeBuilder } from "../../../test/tapeBuilder";
import { Disclosure } from "./disclosure";
import type { Item } from "./scene";

const one = { shape: [1], values: [1] };

/** Two modules of one call of two ops each. */
function twoLayers() {
  const builder = new TapeBuilder();
  let current = builder.input("input", one);
  for (const name of ["fc1", "fc2"]) {
    const weight = builder.parameter(`${name}.weight`, one);
    current = builder.call("module", name, "Linear", () =>
      builder.call("function", "linear", "linear", () => {
        const turned = builder.op("aten.t", [weight], one);
        return builder.op("aten.mul", [current, turned], one, name);
      }),
    );
  }
  return builder.structure();
}

let disclosure: Disclosure;

function items(): readonly Item[] {
  return disclosure.scene()?.items ?? [];
}

function names(): string[] {
  return items().map((item) => (item.numbers === null ? item.name : `${item.name}!`));
}

function item(name: string): Item {
  const found = items().find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
}

beforeEach(() => {
  disclosure = new Disclosure();
  disclosure.show(twoLayers(), null);
});

describe("zooming in", () => {
  it("opens a module to its ops, and an op to its numbers, one step at a time", () => {
    expect(names()).toEqual(["input", "fc1", "fc2"]);
    expect(disclosure.zoomInto(item("fc1"))).toBe(true);
    expect(names()).toEqual(["input", "t", "mul", "fc2"]);
    expect(disclosure.zoomInto(item("mul"))).toBe(true);
    expect(names()).toEqual(["input", "t", "mul!", "fc2"]);
    expect(disclosure.zoomInto(item("mul"))).toBe(false);
  });

  it("is undone step by step, and no further than it went", () => {
    disclosure.zoomInto(item("fc1"));
    disclosure.zoomInto(item("mul"));
    expect(disclosure.zoomOut()).toBe(true);
    expect(names()).toEqual(["input", "t", "mul", "fc2"]);
    expect(disclosure.zoomOut()).toBe(true);
    expect(names()).toEqual(["input", "fc1", "fc2"]);
    expect(disclosure.zoomOut()).toBe(false);
  });
});

describe("what a person opened", () => {
  it("is never closed by zooming out", () => {
    const call = item("fc1").opens ?? -1;
    disclosure.zoomInto(item("fc2"));
    disclosure.open(call);
    expect(names()).toEqual(["input", "t", "mul", "t", "mul"]);
    disclosure.zoomOut();
    expect(names()).toEqual(["input", "t", "mul", "fc2"]);
    expect(disclosure.zoomOut()).toBe(false);
  });

  it("is forgotten with another level, as what zooming opened", () => {
    disclosure.zoomInto(item("fc1"));
    disclosure.setLevel("numbers");
    expect(names()).toEqual(["input!", "t!", "mul!", "t!", "mul!"]);
    disclosure.setLevel("module");
    expect(names()).toEqual(["input", "fc1", "fc2"]);
    expect(disclosure.zoomOut()).toBe(false);
  });
});
