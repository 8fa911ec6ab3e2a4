/** Marks what an edit has changed, for a moment. */

import { nothingChanged } from "./changes";

const milliseconds = 1200;

export class Flash {
  changed = nothingChanged;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly over: () => void) {}

  start(changed: ReadonlySet<number>): void {
    this.stop();
    this.changed = changed;
    if (changed.size === 0) return;
    this.timer = setTimeout(() => {
      this.changed = nothingChanged;
      this.over();
    }, milliseconds);
  }

  stop(): void {
    clearTimeout(this.timer);
  }
}
