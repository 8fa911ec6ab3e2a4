/** Work for values that may come faster than it can be done: the latest wins, others are passed over. */

export class Latest<Value> {
  #wanted: { value: Value } | null = null;
  #working = false;

  /** `shortestMilliseconds`: between the beginnings of two works, at least. */
  constructor(private readonly shortestMilliseconds = 0) {}

  /** Works on the value, or, while work is under way, once that is done. */
  async work(value: Value, work: (value: Value) => Promise<void>): Promise<void> {
    this.#wanted = { value };
    if (this.#working) return;
    this.#working = true;
    try {
      while (this.#wanted !== null) {
        const next: Value = this.#wanted.value;
        this.#wanted = null;
        const began = performance.now();
        await work(next);
        await this.#rest(began);
      }
    } finally {
      this.#working = false;
    }
  }

  #rest(began: number): Promise<void> {
    const left = began + this.shortestMilliseconds - performance.now();
    return left <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, left));
  }
}
