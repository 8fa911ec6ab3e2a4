import { describe, expect, it } from "vitest";
import { readPlace, writePlace } from "./permalink";

describe("a place in the address", () => {
  it("comes back as it was written", () => {
    const place = { session: "a1", iteration: 20, event: 17, name: "my net & more" };
    expect(readPlace(writePlace(place))).toEqual(place);
  });

  it("is empty where nothing can be read", () => {
    expect(readPlace("#i=-1&e=x")).toEqual({
      session: null,
      iteration: null,
      event: null,
      name: null,
    });
  });
});
