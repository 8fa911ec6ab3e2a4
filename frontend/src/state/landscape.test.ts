import { beforeEach, describe, expect, it, vi } from "vitest";
import * as client from "../api/client";
import { ApiError } from "../api/errors";
import type { Landscape } from "../api/types";
import { LandscapeState, type Progress } from "./landscape.svelte";

vi.mock("../api/client");

function told(phase: Landscape["phase"], id = "l"): Landscape {
  const axis = { name: "a", middle: 0, offsets: [-1, 0, 1] };
  const isDone = phase === "done";
  return {
    id,
    phase,
    done: isDone ? 9 : 2,
    of: 9,
    iteration: 3,
    samples: 10,
    x: axis,
    y: axis,
    losses: isDone
      ? [
          [1, 2, 3],
          [1, 0, 3],
          [1, 2, 3],
        ]
      : [],
    path: [],
    error: null,
  };
}

function progress(phase: Progress["phase"], done: number, job = "l"): Progress {
  return { kind: "progress", job, phase, done, of: 9 };
}

function opened(): LandscapeState {
  const landscape = new LandscapeState();
  landscape.leave("s");
  return landscape;
}

beforeEach(() => {
  vi.mocked(client.beginLandscape).mockResolvedValue(told("running"));
  vi.mocked(client.fetchLandscape).mockResolvedValue(told("running"));
  vi.mocked(client.dropLandscape).mockResolvedValue();
});

describe("a landscape that is computed", () => {
  it("shows how far it has come, then itself", async () => {
    const landscape = opened();
    await landscape.begin({ kind: "random" });
    landscape.hear(progress("running", 5));
    expect(landscape.progress).toEqual({ done: 5, of: 9 });
    vi.mocked(client.fetchLandscape).mockResolvedValue(told("done"));
    landscape.hear(progress("done", 9));
    await vi.waitFor(() => expect(landscape.grid?.bounds).toEqual({ low: 0, high: 3 }));
    expect(landscape.progress).toBeNull();
    expect([landscape.iteration, landscape.samples]).toEqual([3, 10]);
  });

  it("is shown if it was done before its id was known", async () => {
    vi.mocked(client.fetchLandscape).mockResolvedValue(told("done"));
    const landscape = opened();
    await landscape.begin({ kind: "random" });
    expect(landscape.grid?.side).toBe(3);
  });

  it("does not mind the progress of another", async () => {
    const landscape = opened();
    await landscape.begin({ kind: "random" });
    landscape.hear(progress("running", 5, "other"));
    expect(landscape.progress).toEqual({ done: 2, of: 9 });
  });

  it("is cancelled on the server", async () => {
    const landscape = opened();
    await landscape.begin({ kind: "random" });
    await landscape.cancel();
    expect(client.dropLandscape).toHaveBeenCalledWith("s", "l");
    landscape.hear(progress("cancelled", 3));
    expect([landscape.progress, landscape.failure, landscape.grid]).toEqual([null, null, null]);
  });

  it("tells what the server has against it", async () => {
    const problem = { code: "command_refused", path: null, message: "Record three." };
    vi.mocked(client.beginLandscape).mockRejectedValue(new ApiError(409, [problem]));
    const landscape = opened();
    await landscape.begin({ kind: "path" });
    expect(landscape.failure).toContain("Record three.");
    expect(landscape.progress).toBeNull();
  });

  it("says that it is lost with the session's process", async () => {
    const landscape = opened();
    await landscape.begin({ kind: "random" });
    landscape.lose();
    expect(landscape.failure).toContain("process ended");
    expect(landscape.progress).toBeNull();
  });

  it("of a session that was left is not shown", async () => {
    const landscape = opened();
    const begun = landscape.begin({ kind: "random" });
    landscape.leave("t");
    await begun;
    vi.mocked(client.fetchLandscape).mockResolvedValue(told("done"));
    landscape.hear(progress("done", 9));
    expect([landscape.grid, landscape.progress]).toEqual([null, null]);
  });
});
