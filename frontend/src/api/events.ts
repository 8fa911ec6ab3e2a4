/** The session's event stream: reconnects by itself and hands on each event exactly once. */

import type { LoggedEvent, SessionEvent } from "./types";

const KINDS: readonly SessionEvent["kind"][] = [
  "accepted",
  "state",
  "metrics",
  "recorded",
  "failed",
  "restored",
  "progress",
  "resync",
];

export interface EventListeners {
  onEvent(logged: LoggedEvent): void;
  /** The stream stands (again). */
  onConnected(): void;
  /** The stream broke; attempts to reconnect go on until `stop`. */
  onLost(): void;
  /** Asked before a stream that the server has refused is tried again. */
  mayReconnect(): Promise<boolean>;
}

const RETRY_MILLISECONDS = 1_000;

export class EventStream {
  #source: EventSource | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #last: number;

  /**
   * Args:
   *   after: the sequence of the last event that the page already knows.
   */
  constructor(
    private readonly sessionId: string,
    after: number,
    private readonly listeners: EventListeners,
  ) {
    this.#last = after;
    this.#connect();
  }

  stop(): void {
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = null;
  }

  #connect(): void {
    const path = `/api/v1/sessions/${encodeURIComponent(this.sessionId)}/events`;
    // A fresh EventSource cannot set the Last-Event-ID header, so the query says it too.
    const source = new EventSource(`${path}?after=${this.#last}`);
    this.#source = source;
    source.onopen = () => this.listeners.onConnected();
    for (const kind of KINDS) {
      source.addEventListener(kind, (message: MessageEvent<string>) => this.#receive(message.data));
    }
    source.onerror = () => this.#lose(source);
  }

  #receive(data: string): void {
    const logged = JSON.parse(data) as LoggedEvent;
    // After a reconnection the server may send again what already came.
    if (logged.sequence <= this.#last && logged.event.kind !== "resync") return;
    this.#last = Math.max(this.#last, logged.sequence);
    this.listeners.onEvent(logged);
  }

  #lose(source: EventSource): void {
    if (this.#source !== source) return;
    this.listeners.onLost();
    // The browser reconnects by itself unless the server's answer was not a stream.
    if (source.readyState !== EventSource.CLOSED) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.#reconnect(source), RETRY_MILLISECONDS);
  }

  async #reconnect(lost: EventSource): Promise<void> {
    const mayReconnect = await this.listeners.mayReconnect();
    if (mayReconnect && this.#source === lost) this.#connect();
  }
}
