import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { eventsPerSecond, proportionalPlace } from "../model/playback";
import { PlayheadState } from "./playhead.svelte";

beforeEach(() =>
  vi.useFakeTimers({ toFake: ["requestAnimationFrame", "cancelAnimationFrame", "performance"] }),
);
afterEach(() => vi.useRealTimers());

describe("the playhead", () => {
  it("stays on the tape", () => {
    const playhead = new PlayheadState();
    playhead.setTape(10, 4);
    playhead.step(-9);
    expect([playhead.position, playhead.atStart]).toEqual([0, true]);
    playhead.step(99);
    expect([playhead.position, playhead.atEnd]).toEqual([10, true]);
  });

  it("answers a pressed Play at once, plays at its speed, and stops at the end", () => {
    const playhead = new PlayheadState();
    playhead.setTape(10, 0);
    playhead.speed = 2;
    playhead.play();
    vi.advanceTimersByTime(40);
    expect(playhead.position).toBe(1);
    vi.advanceTimersByTime(1_000);
    expect(playhead.position).toBeGreaterThanOrEqual(5);
    expect(playhead.position).toBeLessThanOrEqual(7);
    vi.advanceTimersByTime(3_000);
    expect([playhead.position, playhead.playing]).toEqual([10, false]);
  });

  it("plays from the start when it stands at the end", () => {
    const playhead = new PlayheadState();
    playhead.setTape(10, 10);
    playhead.play();
    expect([playhead.position, playhead.playing]).toEqual([0, true]);
  });

  it("stops playing when it is moved by hand", () => {
    const playhead = new PlayheadState();
    playhead.setTape(10, 3);
    playhead.play();
    playhead.scrubTo(7);
    vi.advanceTimersByTime(2_000);
    expect([playhead.position, playhead.playing]).toEqual([7, false]);
  });
});

describe("playback", () => {
  it("takes no more than half a minute at single speed, however long the tape", () => {
    expect(10_000 / eventsPerSecond(10_000, 1)).toBeLessThanOrEqual(30);
    expect(eventsPerSecond(30, 1)).toBe(2.5);
  });

  it("keeps its relative place on a tape of another length", () => {
    expect([proportionalPlace(15, 30, 60), proportionalPlace(0, 0, 9)]).toEqual([30, 0]);
  });
});
