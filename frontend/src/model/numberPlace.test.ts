import { describe, expect, it } from "vitest";
import { TapeBuilder, scalar } from "../../test/tapeBuilder";
import { readNumberPlace, usualNumbers, writeNumberPlace } from "./numberPlace";

describe("a number of a parameter", () => {
  it("is read as it is written", () => {
    expect(readNumberPlace("fc1.weight[0, 2]")).toEqual({ tensor: "fc1.weight", index: [0, 2] });
    expect(readNumberPlace(" a.b.bias[3] ")).toEqual({ tensor: "a.b.bias", index: [3] });
    const place = { tensor: "conv.weight", index: [1, 2, 0, 0] };
    expect(readNumberPlace(writeNumberPlace(place))).toEqual(place);
    expect(readNumberPlace("scale[]")).toEqual({ tensor: "scale", index: [] });
  });

  it.each(["", "fc1.weight", "fc1.weight[0,]", "fc1.weight[-1]", "[0]"])("is not %j", (text) => {
    expect(readNumberPlace(text)).toBeNull();
  });
});

describe("the numbers to begin with", () => {
  it("are two different ones, where there are two", () => {
    const builder = new TapeBuilder();
    builder.parameter("w", scalar(2));
    builder.parameter("b", scalar(1));
    const { x, y } = usualNumbers(builder.structure("s"));
    expect([x, y]).toEqual(["w[]", "b[]"]);
  });
});
