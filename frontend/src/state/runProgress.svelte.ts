/** Where the runs that a session was told to make end, as its events tell of them. */

import type { SessionEvent } from "../api/types";
import type { Run } from "../model/progress";
import { endOfRun } from "../model/runLength";

type Accepted = Extract<SessionEvent, { kind: "accepted" }>["command"];

export class RunProgress {
  /** The run under way; null where none is, or its beginning was not seen. */
  run = $state.raw<Run | null>(null);
  /** Completed iterations after all that has been accepted; null: as many as there are now. */
  #ahead: number | null = null;

  /** A command has been accepted; `here` iterations are completed now. */
  accept(command: Accepted, here: number, perEpoch: number): void {
    const from = this.#ahead ?? here;
    switch (command.kind) {
      case "run":
        this.run = { from, to: endOfRun(command, from, perEpoch) };
        this.#ahead = this.run.to;
        break;
      case "record":
        this.#ahead = from + 1;
        break;
      case "seek":
        this.#ahead = command.iteration;
        break;
      case "reset":
        this.#ahead = 0;
        break;
      case "pause":
      case "set":
      case "edit":
        break;
    }
  }

  /** The session is at rest. */
  clear(): void {
    this.run = null;
    this.#ahead = null;
  }
}
