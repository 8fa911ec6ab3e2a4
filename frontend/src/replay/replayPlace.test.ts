import { describe, expect, it } from "vitest";
import { readReplayPlace, writeReplayPlace } from "./replayPlace";

describe("a place in a replay", () => {
  it("comes back as it was written", () => {
    const place = { iteration: 20, event: 17, selection: { kind: "edge", id: 4 } as const };
    expect(writeReplayPlace(place)).toBe("#i=20&e=17&s=edge.4");
    expect(readReplayPlace(writeReplayPlace(place))).toEqual(place);
  });

  it.each(["", "#i=-1&e=x&s=op", "#s=window.1", "#s=op.1.2&i=1e3"])("is open in %j", (text) => {
    expect(readReplayPlace(text)).toEqual({ iteration: null, event: null, selection: null });
  });
});
