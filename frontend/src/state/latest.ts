/** Work for values that may come faster than it can be done: the latest wins, others are passed over. */

export class Latest<Value> {
  #wanted: { value: Value } | null = null;
  #working = false;

  /** Works on the value, or, while work is under way, once that is done. */
  async work(value: Value, work: (value: Value) => Promise<void>): Promise<void> {
    this.#wanted = { value };
    if (this.#working) return;
    this.#working = true;
    try {
      while (this.#wanted !== null) {
        const next: Value = this.#wanted.value;
        this.#wanted = null;
        await work(next);
      }
    } finally {
      this.#working = false;
    }
  }
}
