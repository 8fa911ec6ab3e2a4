import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PacedAsking } from "./pacedAsking";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("asking at a pace", () => {
  it("asks one question at a time, and rests after each", async () => {
    const asked: number[] = [];
    const asking = new PacedAsking(() => {
      asked.push(performance.now());
      return Promise.resolve(0.001);
    }, 60);
    const began = performance.now();
    for (let at = 0; at < 100; at++) {
      asking.want();
      await vi.advanceTimersByTimeAsync(10);
    }
    // A second at 60 milliseconds each.
    expect(asked.length).toBeGreaterThanOrEqual(16);
    expect(asked.length).toBeLessThanOrEqual(18);
    expect((asked[1] ?? 0) - began).toBeGreaterThanOrEqual(60);
  });

  it("asks more rarely what costs more", async () => {
    const ask = vi.fn(() => Promise.resolve(0.03));
    const asking = new PacedAsking(ask, 60);
    for (let at = 0; at < 300; at++) {
      asking.want();
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(ask.mock.calls.length).toBeLessThanOrEqual(4);
  });

  it("does not ask again while nothing has changed, nor after its end", async () => {
    const ask = vi.fn(() => Promise.resolve(0));
    const asking = new PacedAsking(ask, 60);
    asking.want();
    await vi.advanceTimersByTimeAsync(500);
    expect(ask).toHaveBeenCalledTimes(1);
    asking.stop();
    asking.want();
    await vi.advanceTimersByTimeAsync(500);
    expect(ask).toHaveBeenCalledTimes(1);
  });
});
