import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as client from "../api/client";
import { ApiError } from "../api/errors";
import type { Metrics, SessionState as SessionSummary } from "../api/types";
import { NO_METRICS } from "../model/metrics";
import type { Spec } from "../model/spec";
import { CurvesState } from "./curves.svelte";
import { NoticesState } from "./notices.svelte";
import { RecipeState } from "./recipe.svelte";
import { RunMemory } from "./runMemory";
import { MOST_RUNS, RunsState, type MainRun } from "./runs.svelte";
import { SessionState } from "./session.svelte";
import { TrainingState } from "./training.svelte";

vi.mock("../api/client");

const spec: Spec = {
  name: "net",
  seed: 0,
  device: "cpu",
  dtype: "float32",
  data: { kind: "moons" },
  network: { layers: [{ kind: "linear", name: "fc1" }] },
  loss: { kind: "mse" },
  optimizer: { kind: "sgd", lr: 0.1 },
  batch_size: null,
};

/** Sessions as the server has them, by id. */
const server = new Map<string, SessionSummary>();
let stored: string | null;

function serve(id: string, its: Spec = spec, iteration = 0): SessionSummary {
  const summary = {
    id,
    name: its.name,
    spec: its as unknown as SessionSummary["spec"],
    iteration,
    phase: "ready",
    device: "cpu",
    parameters: 3,
    iterations_recorded: [0],
    sequence: 0,
  } as unknown as SessionSummary;
  server.set(id, summary);
  return summary;
}

function losses(count: number, since = 0): Metrics {
  const iteration = Array.from({ length: count }, (_, number) => number).slice(since);
  return { ...NO_METRICS, iteration, loss: iteration.map((number) => 1 / (1 + number)) };
}

/** A page with one session on its stage; showing another is what the workbench does. */
function open(summary: SessionSummary): { main: MainRun; runs: RunsState } {
  const memory = new RunMemory({ getItem: () => stored, setItem: (_, text) => (stored = text) });
  const main: MainRun = {
    session: new SessionState(() => undefined),
    curves: new CurvesState(),
    recipe: new RecipeState(() => undefined),
    training: new TrainingState(),
    notices: new NoticesState(),
    attempt: async (work) => work().catch((error: unknown) => main.notices.fail(String(error))),
    showRun: (shown) => Promise.resolve(put(shown)),
  };
  const runs = new RunsState(main, memory);
  const put = (shown: SessionSummary): void => {
    runs.meet(shown.id, false);
    main.recipe.open(shown.spec as unknown as Spec);
    main.session.id = shown.id;
    main.session.refresh(shown);
  };
  put(summary);
  return { main, runs };
}

function commands(id: string): unknown[] {
  return vi
    .mocked(client.sendCommand)
    .mock.calls.filter(([to]) => to === id)
    .map(([, command]) => command);
}

beforeEach(() => {
  server.clear();
  stored = null;
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  vi.mocked(client.openSession).mockImplementation((request) =>
    Promise.resolve(
      serve(`s${server.size}`, "spec" in request ? (request.spec as unknown as Spec) : spec),
    ),
  );
  vi.mocked(client.sendCommand).mockImplementation((id) => {
    const summary = server.get(id);
    if (summary !== undefined) server.set(id, { ...summary, phase: "running" });
    return Promise.resolve({ sequence: 1 });
  });
  vi.mocked(client.deleteSession).mockResolvedValue(undefined);
  vi.mocked(client.fetchSession).mockImplementation((id) => {
    const summary = server.get(id);
    const problem = { code: "unknown_session", path: null, message: "gone" };
    return summary ? Promise.resolve(summary) : Promise.reject(new ApiError(404, [problem]));
  });
  vi.mocked(client.fetchMetrics).mockImplementation((id, { since } = {}) =>
    Promise.resolve(losses(server.get(id)?.iteration ?? 0, since)),
  );
});
afterEach(() => {
  vi.useRealTimers();
  vi.clearAllMocks();
});

describe("a run that is added", () => {
  it("is trained from the start for as many iterations as this one", async () => {
    const { runs } = open(serve("a", spec, 40));
    await runs.tryInCopy({ ...spec, seed: 3 }, "with another seed");
    expect(runs.all.map(({ name }) => name)).toEqual(["seed 0", "with another seed"]);
    expect(commands("s1")).toEqual([{ kind: "run", iterations: 40, record_every: 50 }]);
  });

  it("is drawn as far as it has come, over this run", async () => {
    const { runs } = open(serve("a", spec, 40));
    await runs.add({ ...spec, seed: 3 });
    serve("s1", { ...spec, seed: 3 }, 40);
    await vi.advanceTimersByTimeAsync(300);
    expect(runs.compared).toMatchObject([{ name: "seed 3", color: "--curve-2" }]);
    expect(runs.compared[0]?.metrics.loss).toHaveLength(40);
  });

  it("is the last where there are six", async () => {
    const { main, runs } = open(serve("a"));
    for (let seed = 1; seed <= MOST_RUNS; seed += 1) await runs.add({ ...spec, seed });
    expect(runs.all).toHaveLength(MOST_RUNS);
    expect(main.notices.list.map(({ text }) => text)).toEqual([
      "No more than 6 runs side by side: remove one first.",
    ]);
    expect(runs.all.map(({ color }) => color)).toEqual(
      [1, 2, 3, 4, 5, 6].map((number) => `--curve-${number}`),
    );
  });
});

describe("in lockstep", () => {
  it("all runs train to the same iteration, from wherever they stand", async () => {
    const { runs } = open(serve("a", spec, 10));
    await runs.add(spec);
    serve("s1", spec, 7);
    await vi.advanceTimersByTimeAsync(300);
    await runs.trainTo(30, { record_every: 5 });
    expect(commands("s1").at(-1)).toEqual({ kind: "run", iterations: 23, record_every: 5 });
    expect(runs.isAtWork).toBe(true);
    serve("s1", spec, 30);
    await vi.advanceTimersByTimeAsync(300);
    expect(runs.isAtWork).toBe(false);
  });

  it("is a choice", async () => {
    const { runs } = open(serve("a", spec, 10));
    await runs.add(spec);
    runs.lockstep = false;
    await runs.trainTo(30);
    expect(commands("s1")).toHaveLength(1);
    expect(runs.isAtWork).toBe(false);
  });
});

describe("a branch", () => {
  it("comes onto the stage, and what it left stays beside it as it is", async () => {
    const { main, runs } = open(serve("a", spec, 50));
    await runs.branch(20);
    expect(client.openSession).toHaveBeenCalledWith({ branch: { session: "a", iteration: 20 } });
    expect(main.session.id).toBe("s1");
    expect(runs.all).toMatchObject([
      { id: "a", isMain: false, color: "--curve-1" },
      { id: "s1", isMain: true, color: "--curve-2", name: "branch at 20" },
    ]);
    expect(commands("a")).toEqual([]);
    // Once it has been asked how it stands, training is not taken to be under way.
    await vi.advanceTimersByTimeAsync(300);
    expect(runs.isAtWork).toBe(false);
  });
});

describe("the set of runs", () => {
  it("keeps its names and colors when another one is shown", async () => {
    const { runs } = open(serve("a"));
    await runs.add({ ...spec, seed: 3 });
    runs.rename("a", "first");
    const before = runs.all.map(({ name, color }) => [name, color]);
    await runs.show("s1", null);
    expect(runs.all.map(({ name, color }) => [name, color])).toEqual(before);
    expect(runs.ownName).toBe("seed 3");
  });

  it("is found again by a reload, without those that were deleted", async () => {
    const first = open(serve("a"));
    await first.runs.add({ ...spec, seed: 3 });
    await first.runs.add({ ...spec, seed: 4 });
    first.runs.rename("s2", "mine");
    server.delete("s1");
    const { runs } = open(serve("a"));
    await vi.advanceTimersByTimeAsync(10);
    expect(runs.all.map(({ name }) => name)).toEqual(["seed 0", "mine"]);
  });

  it("is left behind with the session that another one replaces on the stage", async () => {
    const { main, runs } = open(serve("a"));
    await runs.add({ ...spec, seed: 3 });
    await main.showRun(serve("example"), null);
    expect(runs.all.map(({ id }) => id)).toEqual(["example"]);
  });

  it("stays where an edit makes another session of the one on the stage", async () => {
    const { main, runs } = open(serve("a"));
    await runs.add({ ...spec, seed: 3 });
    runs.meet("edited", true);
    main.session.id = "edited";
    expect(runs.all.map(({ id }) => id)).toEqual(["edited", "s1"]);
  });

  it("loses a run that is removed, for good", async () => {
    const { runs } = open(serve("a"));
    await runs.add({ ...spec, seed: 3 });
    await runs.remove("s1");
    expect(runs.all.map(({ id }) => id)).toEqual(["a"]);
    expect(client.deleteSession).toHaveBeenCalledWith("s1");
  });
});
