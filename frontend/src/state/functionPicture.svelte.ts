/** The picture of what the network computes, kept up to date for as long as it is shown. */

import { fetchPredictions, fetchSurface, type PredictionsWanted } from "../api/client";
import { describeFailure, isAbort } from "../api/errors";
import type { Predictions } from "../api/types";
import { decodeSurface, type FunctionSurface } from "../model/functionSurface";
import { pictureOf, type FunctionPicture } from "../model/predictions";
import { PacedAsking } from "./pacedAsking";

const SURFACE_MILLISECONDS = 60;
const PREDICTIONS_MILLISECONDS = 1_000;
/** After a failure: the session may be busy, or the server away. */
const RETRY_SECONDS = 0.1;
const RESOLUTION = { plane: 60, line: 200 };
const MOST_SAMPLES = 2_000;
const MOST_MISTAKES = 24;

export class FunctionPictureState {
  predictions = $state.raw<Predictions | null>(null);
  surface = $state.raw<FunctionSurface | null>(null);
  /** Why there is no picture, in the server's words. */
  failure = $state<string | null>(null);
  /** Which of several outputs is compared with its targets. */
  output = $state(0);
  readonly picture: FunctionPicture | null = $derived(
    this.predictions === null ? null : pictureOf(this.predictions),
  );
  #askingSurface: PacedAsking | null = null;
  #askingPredictions: PacedAsking | null = null;

  /** Keeps the picture of a session up to date; answers what ends that. */
  watch(session: string): () => void {
    this.predictions = this.surface = this.failure = null;
    this.output = 0;
    const surface = new PacedAsking(
      (signal) => this.#attempt(() => this.#askSurface(session, signal)),
      SURFACE_MILLISECONDS,
    );
    const predictions = new PacedAsking(
      (signal) => this.#attempt(() => this.#askPredictions(session, signal)),
      PREDICTIONS_MILLISECONDS,
    );
    this.#askingSurface = surface;
    this.#askingPredictions = predictions;
    return () => {
      surface.stop();
      predictions.stop();
    };
  }

  /** The network has changed, or its data. */
  refresh(isTraining: boolean): void {
    if (this.#hasSurface) this.#askingSurface?.want();
    // Training moves the curve or the surface, never the samples on it.
    if (!(isTraining && this.#hasSurface)) this.#askingPredictions?.want();
  }

  chooseOutput(output: number): void {
    this.output = output;
    this.#askingPredictions?.want();
  }

  get #hasSurface(): boolean {
    return this.picture === "plane" || this.picture === "line";
  }

  async #askPredictions(session: string, signal: AbortSignal): Promise<number> {
    const first = this.predictions ?? (await fetchPredictions(session, { limit: 1 }, signal));
    const told = await fetchPredictions(session, this.#wanted(pictureOf(first)), signal);
    if (signal.aborted) return 0;
    this.predictions = told;
    if (this.#hasSurface) this.#askingSurface?.want();
    return told.seconds;
  }

  #wanted(picture: FunctionPicture): PredictionsWanted {
    switch (picture) {
      case "plane":
      case "line":
        return { limit: MOST_SAMPLES, withInputs: true };
      case "images":
        return { limit: MOST_MISTAKES, onlyWrong: true, withInputs: true };
      case "classes":
        return { limit: MOST_SAMPLES };
      case "numbers":
        return { limit: MOST_SAMPLES, output: this.output };
    }
  }

  async #askSurface(session: string, signal: AbortSignal): Promise<number> {
    const resolution = this.picture === "line" ? RESOLUTION.line : RESOLUTION.plane;
    const told = decodeSurface(await fetchSurface(session, resolution, signal));
    if (!signal.aborted) this.surface = told;
    return told.seconds;
  }

  async #attempt(ask: () => Promise<number>): Promise<number> {
    try {
      const seconds = await ask();
      this.failure = null;
      return seconds;
    } catch (error) {
      if (!isAbort(error)) this.failure = describeFailure(error);
      return RETRY_SECONDS;
    }
  }
}
