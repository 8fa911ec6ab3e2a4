import { describe, expect, it } from "vitest";
import { NO_METRICS } from "./metrics";
import { runNumbers } from "./runTable";

describe("the numbers of a run", () => {
  it("are its last and its best loss, however it ended", () => {
    const metrics = { ...NO_METRICS, iteration: [0, 1, 2], loss: [3, 0.5, "NaN" as const] };
    expect(runNumbers({ iteration: 3, metrics, seconds: 75 })).toEqual({
      loss: "NaN",
      best: "0.5000",
      iterations: "3",
      time: "1 min 15 s",
    });
  });

  it("are dashes where nothing has run", () => {
    const { loss, best, time } = runNumbers({ iteration: 0, metrics: NO_METRICS, seconds: 0 });
    expect([loss, best, time]).toEqual(["–", "–", "–"]);
  });
});
