/** How far "Train" goes, and whether the stage follows it. */

const MOST_ITERATIONS = 1_000_000;

function wholeNumber(text: string, fallback: number): number {
  const value = Number(text.replace(/[\s\u202f]/g, ""));
  return Number.isInteger(value) && value >= 1 && value <= MOST_ITERATIONS ? value : fallback;
}

export class TrainingState {
  iterations = $state(500);
  recordEvery = $state(50);
  /** The stage shows each iteration that training records, until the person travels elsewhere. */
  followed = $state(false);

  /** Takes what was typed; what is no such number leaves things as they are. */
  setIterations(text: string): void {
    this.iterations = wholeNumber(text, this.iterations);
  }

  setRecordEvery(text: string): void {
    this.recordEvery = wholeNumber(text, this.recordEvery);
  }
}
