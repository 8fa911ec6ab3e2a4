import { describe, expect, it } from "vitest";
import { RateMeter } from "./rate";

describe("the rate", () => {
  it("is iterations over seconds within the last two seconds", () => {
    const meter = new RateMeter();
    expect(meter.perSecond).toBeNull();
    [0, 1_000, 2_500].forEach((time, index) => meter.add(time, index * 300));
    expect(meter.perSecond).toBeCloseTo(200);
  });
});
