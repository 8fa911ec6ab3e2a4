/** The numbers that neurons and their weights show at a playhead. */

import { weightIndex, type DenseNetwork } from "../../model/denseNetwork";
import { formatNumber } from "../../model/format";
import { gradientState, isVisible, toNumber, valuesOf, type Tape } from "../../model/tape";

/** One sample of the batch, or the mean over all of them. */
export type Sample = number | "mean";

/** What the lines show. */
export type LineChoice = "weight" | "gradient";

export interface NeuronsNumbers {
  /** The activation of a unit; null where it is not computed yet. */
  activation(column: number, unit: number): number | null;
  weight(layer: number, unit: number, input: number): number | null;
  /** Null: not yet, or none. */
  weightGradient(layer: number, unit: number, input: number): number | null;
  bias(layer: number, unit: number): number | null;
  biasGradient(layer: number, unit: number): number | null;
  readonly loss: number | null;
  /** Whether a column's numbers have come with the event at the playhead. */
  isCurrent(column: number): boolean;
}

export function readNeurons(
  tape: Tape,
  { input, samples, layers }: DenseNetwork,
  playhead: number,
  sample: Sample,
): NeuronsNumbers {
  const columns = [input, ...layers.map((layer) => layer.activations)];
  const seen = columns.map((tensor) => isVisible(tape, tensor, playhead));
  const means = columns.map((tensor) => unitValues(tape, tensor, samples, sample));
  const numbersOf = (tensor: number | null): Float32Array | null =>
    tensor === null ? null : (valuesOf(tape, tensor)?.values ?? null);
  const gradientOf = (tensor: number | null): Float32Array | null => {
    const state = tensor === null ? null : gradientState(tape, tensor, playhead);
    return state?.state === "value" ? numbersOf(state.tensor) : null;
  };
  const weights = layers.map((layer) => numbersOf(layer.weight));
  const weightGradients = layers.map((layer) => gradientOf(layer.weight));
  const biases = layers.map((layer) => numbersOf(layer.bias));
  const biasGradients = layers.map((layer) => gradientOf(layer.bias));
  const place = (layer: number, unit: number, from: number): number => {
    const found = layers[layer];
    return found === undefined ? -1 : weightIndex(found, unit, from);
  };
  return {
    activation: (column, unit) => (seen[column] === true ? (means[column]?.[unit] ?? null) : null),
    weight: (layer, unit, from) => weights[layer]?.[place(layer, unit, from)] ?? null,
    weightGradient: (layer, unit, from) =>
      weightGradients[layer]?.[place(layer, unit, from)] ?? null,
    bias: (layer, unit) => biases[layer]?.[unit] ?? null,
    biasGradient: (layer, unit) => biasGradients[layer]?.[unit] ?? null,
    loss: lossAt(tape, playhead),
    isCurrent: (column) => playhead > 0 && tape.revealed[columns[column] ?? -1] === playhead,
  };
}

function lossAt(tape: Tape, playhead: number): number | null {
  const { loss } = tape.structure;
  if (loss === null || !isVisible(tape, loss, playhead)) return null;
  return tape.frame.loss === null ? null : toNumber(tape.frame.loss);
}

/** One number a unit, from rows of samples. */
function unitValues(tape: Tape, tensor: number, samples: number, sample: Sample): number[] {
  const values = valuesOf(tape, tensor)?.values ?? new Float32Array();
  const units = Math.round(values.length / samples);
  return Array.from({ length: units }, (_, unit) => {
    if (sample !== "mean") return values[sample * units + unit] ?? NaN;
    let sum = 0;
    for (let row = 0; row < samples; row++) sum += values[row * units + unit] as number;
    return sum / samples;
  });
}

/** `0.3124`, or what stands where there is no number. */
export function wordNumber(value: number | null): string {
  return value === null ? "not yet" : formatNumber(value);
}

/** The greatest magnitude of all that are finite: what gets the strongest colour. */
export function greatest(values: Iterable<number | null>): number {
  let most = 0;
  for (const value of values) {
    const magnitude = Math.abs(value ?? 0);
    if (magnitude > most && magnitude < Infinity) most = magnitude;
  }
  return most;
}
