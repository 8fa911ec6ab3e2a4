import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { documentOf } from "../../test/replayDocument";
import { squareTape } from "../../test/tapeBuilder";
import { Replay } from "./replay.svelte";

const { tape } = squareTape();
const nowhere = { iteration: null, event: null, selection: null };

async function open(place = nowhere): Promise<Replay> {
  const replay = new Replay(documentOf(tape, [0, 10, 20]));
  await replay.goTo(place);
  return replay;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a replay", () => {
  it("opens at the start of its last iteration and says what it has to say", async () => {
    const replay = await open();
    expect([replay.tape.iteration, replay.playhead.position]).toEqual([20, 0]);
    expect(replay.notices.list.map(({ text }) => text)).toEqual(["Something was left out."]);
    expect(replay.hasCurves).toBe(false);
  });

  it("opens at the place in its address, or the nearest that it has", async () => {
    const selection = { kind: "op", id: 0 } as const;
    const replay = await open({ iteration: 13, event: 2, selection } as never);
    expect([replay.tape.iteration, replay.playhead.position]).toEqual([10, 2]);
    expect(replay.selection.chosen).toEqual(selection);
    await replay.goTo({ ...nowhere, event: 1, selection: { kind: "op", id: 999 } });
    expect(replay.selection.chosen).toBeNull();
  });

  it("travels between its iterations and stays at the event", async () => {
    const replay = await open();
    replay.playhead.scrubTo(3);
    const before = replay.tape.current?.blob[0] ?? NaN;
    await replay.travelBy(-1);
    expect([replay.tape.iteration, replay.playhead.position]).toEqual([10, 3]);
    expect(replay.tape.current?.blob[0]).toBe(before - 1);
    await replay.travelBy(-1);
    await replay.travelBy(-1);
    expect(replay.tape.iteration).toBe(0);
    await replay.travelNear(14);
    expect(replay.tape.iteration).toBe(10);
  });

  it("keeps its place in the address", async () => {
    const replay = await open();
    replay.playhead.scrubTo(2);
    replay.settleAddress(replay.place);
    vi.advanceTimersByTime(300);
    expect(location.hash).toBe("#i=20&e=2");
  });
});
