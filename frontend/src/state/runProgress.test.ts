import { describe, expect, it } from "vitest";
import { RunProgress } from "./runProgress.svelte";

const RUN = { kind: "run", epochs: null, until: null, record_every: null } as const;

describe("the progress of a run", () => {
  it("goes from where the session stands to as many iterations later", () => {
    const progress = new RunProgress();
    progress.accept({ ...RUN, iterations: 50 }, 10, 25);
    expect(progress.run).toEqual({ from: 10, to: 60 });
  });

  it("begins where the commands before it will have led", () => {
    const progress = new RunProgress();
    progress.accept({ kind: "seek", iteration: 30 }, 100, 25);
    progress.accept({ kind: "record" }, 100, 25);
    progress.accept({ ...RUN, iterations: null, epochs: 1 }, 100, 25);
    expect(progress.run).toEqual({ from: 31, to: 50 });
  });

  it("is over when the session is at rest, and the next begins there", () => {
    const progress = new RunProgress();
    progress.accept({ ...RUN, iterations: 50 }, 10, 25);
    progress.clear();
    expect(progress.run).toBeNull();
    progress.accept({ ...RUN, iterations: 5 }, 20, 25);
    expect(progress.run).toEqual({ from: 20, to: 25 });
  });
});
