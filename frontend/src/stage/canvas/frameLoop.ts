/** Paints at the screen's pace: when something has changed, and for as long as something moves. */

export interface Painted {
  /** Something is left to be painted in the next frame. */
  readonly isStale: boolean;
  /** Something moves on by itself. */
  readonly goesOn: boolean;
}

export class FrameLoop {
  private request = 0;
  private isStale = true;

  /** `paint` answers null where there is no room to paint in yet. */
  constructor(private readonly paint: (now: number, isStale: boolean) => Painted | null) {}

  /** Something has changed. */
  repaint(): void {
    this.isStale = true;
    this.next();
  }

  destroy(): void {
    cancelAnimationFrame(this.request);
  }

  private next(): void {
    if (this.request === 0) this.request = requestAnimationFrame((now) => this.tick(now));
  }

  private tick(now: number): void {
    this.request = 0;
    const painted = this.paint(now, this.isStale);
    if (painted === null) return;
    this.isStale = painted.isStale;
    if (painted.isStale || painted.goesOn) this.next();
  }
}
