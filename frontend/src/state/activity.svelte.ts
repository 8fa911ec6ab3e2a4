/** Work under way. It is shown, with a way to cancel it, once it has taken 300 ms. */

const PATIENCE_MILLISECONDS = 300;

export class ActivityState {
  /** What is being done, in words, once it takes noticeably long. */
  label = $state<string | null>(null);
  #controller: AbortController | null = null;

  /** Starts work; work that was under way is cancelled, since newer work makes it pointless. */
  async run<T>(label: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.cancel();
    const controller = new AbortController();
    this.#controller = controller;
    const timer = setTimeout(() => (this.label = label), PATIENCE_MILLISECONDS);
    try {
      return await work(controller.signal);
    } finally {
      clearTimeout(timer);
      if (this.#controller === controller) {
        this.#controller = null;
        this.label = null;
      }
    }
  }

  cancel(): void {
    this.#controller?.abort();
    this.#controller = null;
    this.label = null;
  }
}
