/** An event stream that a test speaks through. */

import type { SessionEvent } from "../src/api/types";

export class FakeEventSource extends EventTarget {
  static readonly CLOSED = 2;
  static opened: FakeEventSource[] = [];
  readyState = 1;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;

  constructor(readonly url: string) {
    super();
    FakeEventSource.opened.push(this);
  }

  static get latest(): FakeEventSource {
    const latest = FakeEventSource.opened.at(-1);
    if (latest === undefined) throw new Error("No stream was opened.");
    return latest;
  }

  close(): void {
    this.readyState = FakeEventSource.CLOSED;
  }

  tell(sequence: number, event: SessionEvent): void {
    const data = JSON.stringify({ sequence, event });
    this.dispatchEvent(new MessageEvent(event.kind, { data }));
  }

  refuse(): void {
    this.readyState = FakeEventSource.CLOSED;
    this.onerror?.();
  }
}
