import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Finding } from "../api/types";
import { DiagnosisState, type Watched } from "./diagnosis.svelte";

const asked: string[] = [];
let answer: Partial<Finding>[] = [];

function session(changes: Partial<Watched> = {}): Watched {
  return { id: "a", phase: "ready", iteration: 1, recorded: [0], ...changes };
}

beforeEach(() => {
  vi.useFakeTimers();
  asked.length = 0;
  answer = [{ kind: "saturation" }];
  vi.stubGlobal("fetch", (path: string) => {
    asked.push(path);
    return Promise.resolve(Response.json(answer));
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function pass(milliseconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds);
}

describe("the diagnosis of a session", () => {
  it("is asked for where it stands still, shown or not", async () => {
    const diagnosis = new DiagnosisState();
    diagnosis.watch(session(), false);
    await pass(0);
    expect(asked).toEqual(["/api/v1/sessions/a/diagnosis"]);
    expect(diagnosis.findings).toEqual(answer);
  });

  it("is not asked for while it trains and nobody looks", async () => {
    const diagnosis = new DiagnosisState();
    diagnosis.watch(session({ phase: "running" }), false);
    await pass(5_000);
    expect(asked).toEqual([]);
  });

  it("is asked for every two seconds while it trains, and at once when that ends", async () => {
    const diagnosis = new DiagnosisState();
    for (let iteration = 0; iteration < 50; iteration++) {
      diagnosis.watch(session({ phase: "running", iteration }), true);
      await pass(100); // five seconds in all
    }
    expect(asked).toHaveLength(3);
    diagnosis.watch(session({ iteration: 50 }), true);
    await pass(0);
    expect(asked).toHaveLength(4);
  });

  it("of another session is not told as that of this one", async () => {
    const diagnosis = new DiagnosisState();
    diagnosis.watch(session(), true);
    await pass(0);
    answer = [];
    diagnosis.watch(session({ id: "b" }), true);
    expect(diagnosis.findings).toBeNull();
    await pass(0);
    expect(diagnosis.findings).toEqual([]);
  });
});
