/** A replay's document around tapes made by hand. */

import type { ReplayDocument } from "../src/api/types";
import type { Tape } from "../src/model/tape";

function toBase64(blob: Float32Array): string {
  const bytes = new Uint8Array(blob.buffer, blob.byteOffset, blob.byteLength);
  return btoa(String.fromCharCode(...bytes));
}

/** The tape at each of these iterations; its numbers grow by one from each to the next. */
export function documentOf(tape: Tape, iterations: readonly number[]): ReplayDocument {
  return {
    name: "square",
    gradtape_version: "1.2.3",
    torch_version: "2.0",
    structures: { [tape.structure.hash]: tape.structure },
    frames: iterations.map((iteration, place) => ({
      bad_number: null,
      ...tape.frame,
      iteration,
      blob: toBase64(tape.blob.map((value) => value + place)),
    })),
    metrics: null,
    notices: ["Something was left out."],
  };
}
