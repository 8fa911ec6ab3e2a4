/** Where the viewer stands on the tape, and playing it. */

import { eventsPerSecond } from "../model/playback";

export class PlayheadState {
  /** How many events have happened: 0 … total. */
  position = $state(0);
  total = $state(0);
  playing = $state(false);
  speed = $state(1);
  #fraction = 0;
  #lastTick = 0;
  #request = 0;

  get atStart(): boolean {
    return this.position === 0;
  }

  get atEnd(): boolean {
    return this.position >= this.total;
  }

  /** A tape of `total` events is shown now, at `position`. */
  setTape(total: number, position: number): void {
    this.total = total;
    this.moveTo(position);
  }

  moveTo(position: number): void {
    this.position = Math.max(0, Math.min(this.total, Math.round(position)));
  }

  /** Moves by hand: playing stops. */
  scrubTo(position: number): void {
    this.pause();
    this.moveTo(position);
  }

  step(by: number): void {
    this.scrubTo(this.position + by);
  }

  toggle(): void {
    if (this.playing) this.pause();
    else this.play();
  }

  /** Plays on; at the end, from the start. */
  play(): void {
    if (this.total === 0 || this.playing) return;
    if (this.atEnd) this.position = 0;
    this.playing = true;
    // The first event follows at once: a pressed button answers.
    this.#fraction = 1;
    this.#lastTick = performance.now();
    this.#request = requestAnimationFrame(this.#tick);
  }

  pause(): void {
    this.playing = false;
    cancelAnimationFrame(this.#request);
  }

  #tick = (now: number): void => {
    if (!this.playing) return;
    const seconds = Math.max(0, now - this.#lastTick) / 1000;
    this.#lastTick = now;
    this.#fraction += seconds * eventsPerSecond(this.total, this.speed);
    const whole = Math.floor(this.#fraction);
    this.#fraction -= whole;
    if (whole > 0) this.moveTo(this.position + whole);
    if (this.atEnd) this.pause();
    else this.#request = requestAnimationFrame(this.#tick);
  };
}
