/** Says things to a screen reader, politely: only the last of what comes in quick succession. */

import { make } from "../dom";

const pauseMilliseconds = 180;

export class Announcer {
  private readonly region = make("div", "stage-said");
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: HTMLElement) {
    this.region.setAttribute("role", "status");
    this.region.setAttribute("aria-live", "polite");
    host.append(this.region);
  }

  say(text: string): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.region.textContent = text), pauseMilliseconds);
  }

  destroy(): void {
    clearTimeout(this.timer);
    this.region.remove();
  }
}
