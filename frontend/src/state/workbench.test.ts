import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeEventSource } from "../../test/fakeEventSource";
import { scalar, squareTape, TapeBuilder } from "../../test/tapeBuilder";
import * as client from "../api/client";
import { ApiError } from "../api/errors";
import type { Difference, Metrics, SessionState as SessionSummary, WholeTape } from "../api/types";
import { NO_METRICS } from "../model/metrics";
import { readPlace } from "../model/permalink";
import { insertLayer, setLayerParameter, type Spec } from "../model/spec";
import { Workbench } from "./workbench.svelte";

vi.mock("../api/client");

const spec: Spec = {
  name: "net",
  seed: 0,
  device: "auto",
  dtype: "float32",
  data: { kind: "moons" },
  network: { layers: [{ kind: "relu", name: "relu", inputs: ["input"] }] },
  loss: { kind: "mse" },
  optimizer: { kind: "sgd", lr: 0.1 },
  batch_size: null,
};
const { tape } = squareTape();
let sessions = 0;
let sequence = 0;

function summary(): SessionSummary {
  sessions += 1;
  return {
    id: `s${sessions}`,
    name: "net",
    spec: structuredClone(spec) as unknown as SessionSummary["spec"],
    iteration: 0,
    phase: "ready",
    device: "cpu",
    parameters: 1,
    iterations_per_epoch: 1,
    iterations_recorded: [],
    interventions: [],
    sequence: 0,
  };
}

function tellRecorded(iteration: number): void {
  sequence += 1;
  const event = { kind: "recorded", iteration, structure_hash: tape.structure.hash } as const;
  FakeEventSource.latest.tell(sequence, event);
}

async function open(): Promise<Workbench> {
  const workbench = new Workbench();
  const opening = { summary: summary(), isNew: true, replacesUnknown: false };
  const started = workbench.start(readPlace(""), Promise.resolve(opening));
  await vi.waitFor(() => expect(FakeEventSource.opened.length).toBeGreaterThan(0));
  tellRecorded(0);
  await started;
  return workbench;
}

/** Opens a session in which commands are under way, and none of them has recorded anything yet. */
async function openBusy(): Promise<{ workbench: Workbench; started: Promise<void> }> {
  const workbench = new Workbench();
  vi.mocked(client.fetchMetrics).mockResolvedValue(NO_METRICS);
  const busy: SessionSummary = { ...summary(), phase: "running" };
  const opening = { summary: busy, isNew: false, replacesUnknown: false };
  const started = workbench.start(readPlace(""), Promise.resolve(opening));
  await vi.waitFor(() => expect(FakeEventSource.opened.length).toBeGreaterThan(0));
  return { workbench, started };
}

/** The server refuses `layers[1]`; the layer before it can be run: x·w = 6. */
function refuseSecondLayer(): WholeTape {
  const builder = new TapeBuilder();
  const x = builder.input("input", scalar(3));
  const w = builder.parameter("relu.weight", scalar(2));
  builder.call("module", "relu", "ReLU", () => builder.op("aten.mul", [x, w], scalar(6), "relu"));
  const whole = {
    json: { structure: builder.structure("part"), frame: builder.frame("part") },
    blob: builder.bytes(),
  };
  const message = "layers[1] (linear) expects 7 input features.";
  const problem = { code: "shape_mismatch", path: "network.layers[1]", message };
  vi.mocked(client.openSession).mockRejectedValue(new ApiError(422, [problem]));
  vi.mocked(client.recordUntilMistake).mockResolvedValue(whole);
  return whole;
}

function addWrongLayer(workbench: Workbench): Promise<unknown> {
  workbench.recipe.edit((before) =>
    insertLayer(before, 1, { kind: "linear", name: "fc", in_features: 7 }),
  );
  return vi.advanceTimersByTimeAsync(250);
}

function sent(): client.JsonObject[] {
  return vi.mocked(client.sendCommand).mock.calls.map(([, command]) => ({ ...command }));
}

const nothingDiffers: Difference = {
  iteration_before: 0,
  iteration_after: 0,
  replaced: true,
  same_structure: true,
  compared: 3,
  changed: 0,
  tensors: [],
  only_before: [],
  only_after: [],
};

beforeEach(() => {
  sessions = 0;
  sequence = 0;
  FakeEventSource.opened = [];
  vi.stubGlobal("EventSource", FakeEventSource);
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  vi.mocked(client.openSession).mockImplementation(() => Promise.resolve(summary()));
  vi.mocked(client.sendCommand).mockImplementation(() => Promise.resolve({ sequence: ++sequence }));
  vi.mocked(client.deleteSession).mockResolvedValue(undefined);
  vi.mocked(client.fetchDifference).mockResolvedValue(nothingDiffers);
  vi.mocked(client.fetchExamples).mockResolvedValue([]);
  vi.mocked(client.fetchTape).mockImplementation((_id, iteration) =>
    Promise.resolve({ structure: tape.structure, frame: { ...tape.frame, iteration } }),
  );
  vi.mocked(client.fetchTapeBlob).mockImplementation(() =>
    Promise.resolve(new Float32Array(tape.blob).buffer),
  );
});
afterEach(() => {
  vi.useRealTimers();
  vi.clearAllMocks();
});

describe("the workbench", () => {
  it("shows the recorded iteration of a new session from its start", async () => {
    const { tape: shown, playhead } = await open();
    expect(shown.iteration).toBe(0);
    expect([playhead.position, playhead.total]).toEqual([0, tape.structure.events.length]);
  });

  it("waits for the recording that is under way in a session that it opens", async () => {
    const { workbench, started } = await openBusy();
    tellRecorded(0);
    await started;
    expect(workbench.tape.iteration).toBe(0);
    expect(sent()).toEqual([]);
  });

  it("has a session recorded in which what was under way has recorded nothing", async () => {
    const { workbench, started } = await openBusy();
    sequence += 1;
    const rest = { iterations_recorded: [], interventions: [] };
    FakeEventSource.latest.tell(sequence, { kind: "state", phase: "ready", iteration: 3, ...rest });
    await vi.waitFor(() => expect(sent()).toEqual([{ kind: "record" }]));
    tellRecorded(3);
    await started;
    expect(workbench.tape.iteration).toBe(3);
  });

  it("waits with training for the session that is still on its way", async () => {
    const workbench = new Workbench();
    await workbench.train();
    await workbench.recordNext();
    await workbench.reset();
    expect(workbench.notices.list).toEqual([]);
    expect(sent()).toEqual([]);
  });

  it("records the next iteration, and after a seek the shown one before it", async () => {
    const workbench = await open();
    const first = workbench.recordNext();
    await vi.waitFor(() => expect(sent()).toHaveLength(1));
    tellRecorded(1);
    await first;
    FakeEventSource.latest.tell(++sequence, {
      kind: "state",
      phase: "ready",
      iteration: 1,
      iterations_recorded: [0, 1],
      interventions: [],
    });
    const second = workbench.recordNext();
    await vi.waitFor(() => expect(sent()).toHaveLength(2));
    tellRecorded(1);
    tellRecorded(2);
    await second;
    expect(sent()).toEqual([{ kind: "record" }, { kind: "run", iterations: 2, record_every: 1 }]);
    expect(workbench.tape.iteration).toBe(2);
  });

  it("writes a number before the shown iteration and records it again", async () => {
    const workbench = await open();
    workbench.playhead.scrubTo(2);
    const edited = workbench.editNumber("fc1.weight", [0, 3], "−1.5");
    await vi.waitFor(() => expect(sent()).toHaveLength(3));
    tellRecorded(0);
    await edited;
    expect(sent()).toEqual([
      { kind: "seek", iteration: 0 },
      { kind: "edit", tensor: "fc1.weight", index: [0, 3], value: -1.5 },
      { kind: "record" },
    ]);
    expect(workbench.tape.beforeEdit).not.toBeNull();
    expect(workbench.playhead.position).toBe(2);
  });

  it("intervenes before the shown iteration, records it again, and asks what came of it", async () => {
    const workbench = await open();
    const cut = { layer: "relu", what: "scale_gradient", factor: 0 } as const;
    const done = workbench.intervene(cut);
    await vi.waitFor(() => expect(sent()).toHaveLength(3));
    tellRecorded(0);
    await done;
    expect(sent()).toEqual([
      { kind: "seek", iteration: 0 },
      { kind: "intervene", ...cut },
      { kind: "record" },
    ]);
    expect(vi.mocked(client.fetchDifference).mock.calls[0]?.slice(0, 3)).toEqual([
      "s1",
      "replaced",
      0,
    ]);
    expect(workbench.whatIf.of(workbench.tape.current)).toEqual(nothingDiffers);
    expect([workbench.layout.pane, workbench.layout.folded.dock]).toEqual(["difference", false]);
  });

  it("stays at the iteration that is chosen while it goes along with training", async () => {
    const workbench = await open();
    await workbench.train();
    tellRecorded(1);
    await vi.advanceTimersByTimeAsync(500);
    expect(workbench.tape.iteration).toBe(1);
    await workbench.travel(1);
    tellRecorded(2);
    await vi.advanceTimersByTimeAsync(500);
    expect(workbench.tape.iteration).toBe(1);
  });

  it("says nothing of another tape than the one that was compared", async () => {
    const workbench = await open();
    await workbench.compare(4);
    const compared = workbench.tape.current;
    expect(workbench.whatIf.of(compared)).toEqual(nothingDiffers);
    FakeEventSource.latest.tell(++sequence, {
      kind: "state",
      phase: "ready",
      iteration: 5,
      iterations_recorded: [0, 4],
      interventions: [],
    });
    await workbench.travel(4);
    expect(workbench.whatIf.of(workbench.tape.current)).toBeNull();
  });

  it("takes interventions back, one or all, and knows which are in force", async () => {
    const workbench = await open();
    const frozen = { layer: "relu", what: "freeze", factor: null } as const;
    const state = { kind: "state", phase: "ready", iteration: 1 } as const;
    FakeEventSource.latest.tell(++sequence, {
      ...state,
      iterations_recorded: [0],
      interventions: [frozen],
    });
    expect(workbench.session.interventions).toEqual([frozen]);
    const one = workbench.takeInterventionBack("relu", "freeze");
    await vi.waitFor(() => expect(sent()).toHaveLength(3));
    tellRecorded(0);
    await one;
    const all = workbench.takeInterventionBack();
    await vi.waitFor(() => expect(sent()).toHaveLength(6));
    tellRecorded(0);
    await all;
    expect([sent()[1], sent()[4]]).toEqual([
      { kind: "take_back", layer: "relu", what: "freeze" },
      { kind: "take_back", layer: null, what: null },
    ]);
  });

  it("changes nothing for a number that is none", async () => {
    const workbench = await open();
    await workbench.editNumber("fc1.weight", [0], "half");
    expect(sent()).toEqual([]);
    expect(workbench.notices.list[0]?.text).toContain('"half" is not a number');
  });

  it("sets a learning rate in the running session", async () => {
    const workbench = await open();
    workbench.recipe.edit((before) => ({ ...before, optimizer: { kind: "sgd", lr: 0.5 } }));
    await vi.advanceTimersByTimeAsync(250);
    expect(sent()).toEqual([{ kind: "set", at_once: true, optimizer: { lr: 0.5 } }]);
    expect(client.openSession).not.toHaveBeenCalled();
  });

  it("marks a setting that the session could not take, and sends it again once it is right", async () => {
    const workbench = await open();
    const rate = (lr: number) => (before: Spec) => ({ ...before, optimizer: { kind: "sgd", lr } });
    workbench.recipe.edit(rate(-1));
    await vi.advanceTimersByTimeAsync(250);
    const error = { code: "out_of_range", path: "optimizer.lr", message: "must be at least 0" };
    FakeEventSource.latest.tell(++sequence, { kind: "failed", command: "set", error });
    expect(workbench.recipe.problems).toEqual([error]);
    workbench.recipe.edit(rate(0.5));
    await vi.advanceTimersByTimeAsync(250);
    expect(sent().at(-1)).toEqual({ kind: "set", at_once: true, optimizer: { lr: 0.5 } });
    expect(workbench.recipe.problems).toEqual([]);
  });

  it("opens a session for another network and deletes the one before", async () => {
    const workbench = await open();
    workbench.playhead.scrubTo(tape.structure.events.length);
    workbench.recipe.edit((before) => ({ ...before, seed: 7 }));
    await vi.advanceTimersByTimeAsync(250);
    tellRecorded(0);
    await vi.advanceTimersByTimeAsync(10);
    expect(workbench.session.id).toBe("s2");
    expect(client.deleteSession).toHaveBeenCalledWith("s1");
    expect(workbench.playhead.atEnd).toBe(true);
  });

  it("keeps the last network that worked, and the objections to the new one", async () => {
    const workbench = await open();
    const problem = { code: "wrong_type", path: "seed", message: "seed must be whole." };
    const refusal = new ApiError(422, [problem]);
    vi.mocked(client.openSession).mockRejectedValue(refusal);
    vi.mocked(client.recordUntilMistake).mockRejectedValue(refusal);
    workbench.recipe.edit((before) => ({ ...before, seed: 0.5 }));
    await vi.advanceTimersByTimeAsync(250);
    expect(workbench.recipe.problems).toEqual([problem]);
    expect([workbench.session.id, workbench.tape.outdated]).toEqual(["s1", true]);
    workbench.recipe.undo();
    await vi.advanceTimersByTimeAsync(250);
    expect([workbench.recipe.problems, workbench.tape.outdated]).toEqual([[], false]);
  });

  it("shows a wrong network up to the layer at fault, at the end of its tape", async () => {
    const workbench = await open();
    refuseSecondLayer();
    await addWrongLayer(workbench);
    const { tape: shown, playhead } = workbench;
    expect(shown.current?.structure.hash).toBe("part");
    expect(shown.part?.endsBefore).toEqual({
      name: "fc",
      kind: "linear",
      inputs: ["relu"],
    });
    expect([playhead.position, playhead.total, shown.outdated]).toEqual([1, 1, false]);
    expect(workbench.recipe.problems[0]?.path).toBe("network.layers[1]");
  });

  it("comes back to the session's tape and place when the mistake is taken back", async () => {
    const workbench = await open();
    workbench.playhead.scrubTo(2);
    refuseSecondLayer();
    await addWrongLayer(workbench);
    workbench.recipe.undo();
    await vi.advanceTimersByTimeAsync(250);
    expect(workbench.tape.current?.structure.hash).toBe(tape.structure.hash);
    expect([workbench.isAside, workbench.playhead.position]).toEqual([false, 2]);
    expect(workbench.recipe.problems).toEqual([]);
  });

  it("stands at the same place of the corrected network", async () => {
    const workbench = await open();
    workbench.playhead.scrubTo(2);
    refuseSecondLayer();
    await addWrongLayer(workbench);
    vi.mocked(client.openSession).mockImplementation(() => Promise.resolve(summary()));
    workbench.recipe.edit((before) => setLayerParameter(before, 1, "in_features", 3));
    await vi.advanceTimersByTimeAsync(250);
    tellRecorded(0);
    await vi.advanceTimersByTimeAsync(10);
    expect([workbench.session.id, workbench.isAside]).toEqual(["s2", false]);
    expect(workbench.playhead.position).toBe(2);
  });

  it("neither trains nor travels nor edits while a part of a wrong network is shown", async () => {
    const workbench = await open();
    FakeEventSource.latest.tell(++sequence, {
      kind: "state",
      phase: "ready",
      iteration: 5,
      iterations_recorded: [0, 4],
      interventions: [],
    });
    refuseSecondLayer();
    await addWrongLayer(workbench);
    await workbench.recordNext();
    await workbench.trainOrPause();
    await workbench.reset();
    await workbench.travelBy(1);
    await workbench.editNumber("relu.weight", [], "1");
    expect(sent()).toEqual([]);
    expect(client.fetchTape).toHaveBeenCalledTimes(1);
    expect([workbench.tape.source, workbench.tape.current?.structure.hash]).toEqual([null, "part"]);
  });

  it("keeps the address at the session's own place", async () => {
    const workbench = await open();
    workbench.playhead.scrubTo(2);
    refuseSecondLayer();
    await addWrongLayer(workbench);
    workbench.playhead.scrubTo(0);
    expect(workbench.place).toEqual({ session: "s1", iteration: 0, event: 2, name: null });
  });

  it("lets a run that is under way record on, pauses it, and shows where it has got to", async () => {
    const workbench = await open();
    void workbench.train();
    await vi.waitFor(() => expect(sent()).toHaveLength(1));
    const running = { kind: "state", phase: "running", iteration: 1 } as const;
    const rest = { iterations_recorded: [0], interventions: [] };
    FakeEventSource.latest.tell(++sequence, { ...running, ...rest });
    refuseSecondLayer();
    await addWrongLayer(workbench);
    tellRecorded(50);
    await vi.advanceTimersByTimeAsync(10);
    expect(workbench.tape.current?.structure.hash).toBe("part");
    await workbench.trainOrPause();
    expect(sent().at(-1)).toEqual({ kind: "pause" });
    workbench.recipe.undo();
    await vi.advanceTimersByTimeAsync(260);
    expect([workbench.tape.current?.structure.hash, workbench.tape.iteration]).toEqual([
      tape.structure.hash,
      50,
    ]);
  });

  it("cancels the request for a part once the recipe has changed again", async () => {
    const workbench = await open();
    const whole = refuseSecondLayer();
    const signals: AbortSignal[] = [];
    let answer: (whole: WholeTape) => void = () => undefined;
    vi.mocked(client.recordUntilMistake).mockImplementation((_spec, signal) => {
      if (signal !== undefined) signals.push(signal);
      return new Promise((resolve) => (answer = resolve));
    });
    await addWrongLayer(workbench);
    workbench.recipe.undo();
    await vi.advanceTimersByTimeAsync(250);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    answer(whole);
    await vi.advanceTimersByTimeAsync(10);
    expect(workbench.tape.current?.structure.hash).toBe(tape.structure.hash);
  });

  it("keeps the form of the wrong layer open, and selects the layer once it works", async () => {
    const workbench = await open();
    workbench.selection.choose({ kind: "call", id: 0 });
    refuseSecondLayer();
    await addWrongLayer(workbench);
    expect([workbench.selection.chosen, workbench.selection.unknownLayer]).toEqual([null, "scale"]);
    workbench.recipe.undo();
    await vi.advanceTimersByTimeAsync(250);
    expect(workbench.selection.chosen).toEqual({ kind: "call", id: 0 });
  });

  it("says when a process was replaced, and draws again what is run again", async () => {
    const workbench = await open();
    const losses = [3, 2, 1];
    const columns: Metrics = {
      ...NO_METRICS,
      iteration: [0, 1, 2],
      loss: losses,
      learning_rate: losses,
    };
    FakeEventSource.latest.tell(++sequence, { kind: "metrics", columns });
    const restored = { iteration: 1, lost_iterations: 2, reason: "it was killed" };
    FakeEventSource.latest.tell(++sequence, { kind: "restored", ...restored });
    expect(workbench.curves.metrics.iteration).toEqual([0]);
    expect(workbench.notices.list.at(-1)?.text).toBe(
      "The session's process ended (it was killed). Training goes on from iteration 1; " +
        "2 iterations are run again.",
    );
  });

  it("tells a failed command in the server's words", async () => {
    const workbench = await open();
    const error = { code: "command_refused", path: null, message: "The session is full." };
    FakeEventSource.latest.tell(++sequence, { kind: "failed", command: "run", error });
    expect(workbench.notices.list.map(({ text }) => text)).toEqual(["The session is full."]);
  });
});
