/** How far "Train" goes, and whether the stage follows it. */

import {
  lengthTitle,
  lengthWords,
  runCommand,
  type RunKind,
  type RunLength,
} from "../model/runLength";
import { readNumber } from "../model/fieldText";

const MOST_ITERATIONS = 1_000_000;

function wholeNumber(text: string, fallback: number): number {
  const value = Number(text.replace(/[\s\u202f]/g, ""));
  return Number.isInteger(value) && value >= 1 && value <= MOST_ITERATIONS ? value : fallback;
}

export class TrainingState {
  length = $state<RunLength>({
    kind: "iterations",
    iterations: 500,
    epochs: 10,
    below: 0.05,
    most: 10_000,
  });
  recordEvery = $state(50);
  /** The stage shows each iteration that training records, until the person travels elsewhere. */
  followed = $state(false);

  get command() {
    return runCommand(this.length, this.recordEvery);
  }

  get words(): string {
    return lengthWords(this.length);
  }

  get title(): string {
    return lengthTitle(this.length);
  }

  setKind(kind: RunKind): void {
    this.length.kind = kind;
  }

  /** Takes what was typed; what is no such number leaves things as they are. */
  setCount(of: "iterations" | "epochs" | "most", text: string): void {
    this.length[of] = wholeNumber(text, this.length[of]);
  }

  setBelow(text: string): void {
    const value = readNumber(text);
    if (typeof value === "number") this.length.below = value;
  }

  setRecordEvery(text: string): void {
    this.recordEvery = wholeNumber(text, this.recordEvery);
  }
}
