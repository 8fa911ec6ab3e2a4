/** Iterations per second, over a sliding window. */

const WINDOW_MILLISECONDS = 2_000;

export class RateMeter {
  #samples: { time: number; count: number }[] = [];

  /** `time` in milliseconds; `count` rises. */
  add(time: number, count: number): void {
    this.#samples.push({ time, count });
    this.#samples = this.#samples.filter((each) => each.time > time - WINDOW_MILLISECONDS);
  }

  clear(): void {
    this.#samples = [];
  }

  /** null until two samples at different times are known. */
  get perSecond(): number | null {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.time === first.time) return null;
    return ((last.count - first.count) * 1000) / (last.time - first.time);
  }
}
