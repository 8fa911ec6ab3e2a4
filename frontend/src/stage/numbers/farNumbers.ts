/** Numbers that the tape does not hold, read for the one that is pointed at. */

import type { Line } from "../../model/farProduct";
import type { Tape } from "../../model/tape";

/** Reads exact numbers; null where there is nobody who has them. */
export type ReadLine = (line: Line, signal: AbortSignal) => Promise<readonly number[]> | null;

/** A pointer that only passes asks for nothing. */
const restMilliseconds = 90;

type Numbers = readonly (readonly number[])[];

export class FarNumbers {
  private known = new WeakMap<Tape, Map<string, Numbers | null>>();
  private asking = new AbortController();
  /** What is under way. */
  private asked = "";

  /** `arrived` is told when numbers are there that were not when they were asked for. */
  constructor(
    private readonly readLine: ReadLine,
    private readonly arrived: () => void,
  ) {}

  /** The numbers of these lines: undefined while they are under way, null if nobody has them. */
  read(tape: Tape, lines: readonly (Line | undefined)[]): Numbers | null | undefined {
    const known = this.known.get(tape) ?? new Map<string, Numbers | null>();
    this.known.set(tape, known);
    const wanted = lines.filter((line) => line !== undefined);
    const key = JSON.stringify(wanted);
    if (known.has(key)) return known.get(key);
    if (key === this.asked && !this.asking.signal.aborted) return undefined;
    this.asked = key;
    this.asking.abort();
    this.asking = new AbortController();
    void this.ask(wanted, this.asking.signal).then((numbers) => {
      if (numbers === undefined) return;
      this.asked = "";
      known.set(key, numbers);
      this.arrived();
    });
    return undefined;
  }

  private async ask(
    lines: readonly Line[],
    signal: AbortSignal,
  ): Promise<Numbers | null | undefined> {
    await new Promise((resolve) => setTimeout(resolve, restMilliseconds));
    if (signal.aborted) return undefined;
    const reads = lines.map((line) => this.readLine(line, signal));
    if (reads.includes(null)) return null;
    try {
      return (await Promise.all(reads)) as Numbers;
    } catch {
      // Another number is pointed at, or there is no answer: the number itself still stands there.
      return signal.aborted ? undefined : null;
    }
  }
}
