import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeEventSource } from "../../test/fakeEventSource";
import { EventStream, type EventListeners } from "./events";
import type { LoggedEvent } from "./types";

const recorded = { kind: "recorded", iteration: 0, structure_hash: "h" } as const;

function listen(mayReconnect = true) {
  const heard: number[] = [];
  const listeners = {
    onEvent: (logged: LoggedEvent) => heard.push(logged.sequence),
    onConnected: vi.fn(),
    onLost: vi.fn(),
    mayReconnect: vi.fn(() => Promise.resolve(mayReconnect)),
  } satisfies EventListeners;
  const stream = new EventStream("s1", 5, listeners);
  return { heard, listeners, stream };
}

beforeEach(() => {
  FakeEventSource.opened = [];
  vi.stubGlobal("EventSource", FakeEventSource);
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

describe("the event stream", () => {
  it("begins after what is known and hands on each event once", () => {
    const { heard } = listen();
    const [source] = FakeEventSource.opened;
    expect(source?.url).toBe("/api/v1/sessions/s1/events?after=5");
    for (const sequence of [5, 6, 7, 6, 7, 8]) source?.tell(sequence, recorded);
    expect(heard).toEqual([6, 7, 8]);
  });

  it("leaves reconnecting to the browser while the browser tries", () => {
    const { listeners } = listen();
    FakeEventSource.opened[0]?.onerror?.();
    vi.advanceTimersByTime(10_000);
    expect(listeners.onLost).toHaveBeenCalledOnce();
    expect(FakeEventSource.opened).toHaveLength(1);
  });

  it("comes back where it stopped after the server refused it", async () => {
    const { heard } = listen();
    FakeEventSource.opened[0]?.tell(9, recorded);
    FakeEventSource.opened[0]?.refuse();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(FakeEventSource.opened[1]?.url).toContain("after=9");
    FakeEventSource.opened[1]?.tell(10, recorded);
    expect(heard).toEqual([9, 10]);
  });

  it("stays away from a session that is gone", async () => {
    listen(false);
    FakeEventSource.opened[0]?.refuse();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(FakeEventSource.opened).toHaveLength(1);
  });

  it("does not come back after it was stopped", async () => {
    const { stream } = listen();
    FakeEventSource.opened[0]?.refuse();
    stream.stop();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(FakeEventSource.opened).toHaveLength(1);
  });
});
