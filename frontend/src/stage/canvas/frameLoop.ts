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

  /** `paint` answers null where there is no room to paint in yet; `told`: it starts, or rests. */
  constructor(
    private readonly paint: (now: number, isStale: boolean) => Painted | null,
    private readonly told: () => void,
  ) {}

  /** Another frame is due. */
  get isRunning(): boolean {
    return this.request !== 0;
  }

  /** Something has changed. */
  repaint(): void {
    this.isStale = true;
    this.next();
  }

  destroy(): void {
    cancelAnimationFrame(this.request);
  }

  private next(): void {
    if (this.request !== 0) return;
    this.request = requestAnimationFrame((now) => this.tick(now));
    this.told();
  }

  private tick(now: number): void {
    this.request = 0;
    const painted = this.paint(now, this.isStale);
    this.isStale = painted?.isStale ?? this.isStale;
    if (painted !== null && (painted.isStale || painted.goesOn)) this.next();
    else this.told();
  }
}
