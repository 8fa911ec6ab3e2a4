import { describe, expect, it } from "vitest";
import { closingScale, crossingOf, openingScale, scaleAfterOpening } from "./zoomCrossing";

describe("zooming across levels", () => {
  it("opens only on the way in, and closes only on the way out", () => {
    expect(crossingOf(1.1, 2)).toBe("in");
    expect(crossingOf(0.9, 2)).toBeNull();
    expect(crossingOf(0.9, 0.5)).toBe("out");
    expect(crossingOf(1.1, 0.5)).toBeNull();
    expect(crossingOf(1.1, 1)).toBeNull();
  });

  it("never flickers: whatever was opened is far from both thresholds", () => {
    for (const widthAfter of [100, 132, 300, 700, 4000]) {
      for (const scale of [openingScale, 2.5, 4]) {
        const after = scaleAfterOpening(scale, 132, widthAfter);
        expect(after).toBeLessThanOrEqual(openingScale / 1.4);
        expect(after).toBeGreaterThanOrEqual(closingScale * 1.5);
      }
    }
  });

  it("lets a card keep about its width where its inside is readable at that", () => {
    expect(scaleAfterOpening(2, 132, 264)).toBe(1);
  });
});
