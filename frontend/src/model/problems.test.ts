import { describe, expect, it } from "vitest";
import { isAt, objectionsAt, objectionsElsewhere, objectionsOnlyAt } from "./problems";

describe("objections", () => {
  const objections = [
    { path: "network.layers[1].out_features", message: "one" },
    { path: "network.layers[1]", message: "whole" },
    { path: "network.layers[11]", message: "eleven" },
    { path: null, message: "nowhere" },
    { path: "network.layers", message: "none" },
  ];

  it("belong to their place and to what contains it, not to what only begins alike", () => {
    expect(objectionsAt(objections, "network.layers[1]")).toEqual(["one", "whole"]);
    expect(isAt("lossy", "loss")).toBe(false);
  });

  it("are left to the fields that show them", () => {
    const shown = objectionsOnlyAt(objections, "network.layers[1]", ["out_features"]);
    expect(shown).toEqual(["whole"]);
  });

  it("without a place of their own are shown all the same", () => {
    expect(objectionsElsewhere(objections)).toEqual(["nowhere", "none"]);
  });
});
