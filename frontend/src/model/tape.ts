/** A tape as the page holds it, and what it says about each tensor. */

import type { Frame, Slot, Statistics, Structure, TapeJson, Tensor } from "../api/types";
import { summarize, type Summary } from "./statistics";

export interface Tape {
  readonly structure: Structure;
  readonly frame: Frame;
  /** All numbers of the iteration, laid out by `structure.slots`. */
  readonly blob: Float32Array;
  /** The playhead from which each tensor is visible; see `revealedAt`. */
  readonly revealed: Int32Array;
}

export interface TensorValues {
  readonly values: Float32Array;
  /** Shape of what is stored: the tensor's own where `full`. */
  readonly shape: readonly number[];
  /** Stride of the preview per dimension; all 1 where `full`. */
  readonly steps: readonly number[];
  readonly full: boolean;
}

export type GradientState =
  | { state: "none"; reason: string }
  | { state: "not_yet"; tensor: number }
  | { state: "value"; tensor: number };

/** The number that JSON carries either as itself or by name ("NaN", "Infinity", "-Infinity"). */
export function toNumber(value: number | string): number {
  return typeof value === "number" ? value : Number(value);
}

function toFloats(buffer: ArrayBuffer): Float32Array {
  if (buffer.byteLength % 4 !== 0) {
    throw new Error(`The tape's blob has ${String(buffer.byteLength)} bytes: not whole float32s.`);
  }
  const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
  if (isLittleEndian) return new Float32Array(buffer);
  const view = new DataView(buffer);
  return Float32Array.from({ length: buffer.byteLength / 4 }, (_, i) =>
    view.getFloat32(i * 4, true),
  );
}

function checkSlots(slots: readonly Slot[], count: number): void {
  for (const [index, slot] of slots.entries()) {
    if (slot.offset + slot.count > count) {
      throw new Error(`Slot ${String(index)} ends after the tape's ${String(count)} numbers.`);
    }
  }
}

/**
 * A tape from the server's JSON and blob.
 *
 * `known` is the tape shown before: its structure stands in where the answer leaves it out.
 */
export function decodeTape(json: TapeJson, buffer: ArrayBuffer, known?: Tape): Tape {
  const reused = known?.structure.hash === json.frame.structure_hash ? known : undefined;
  const structure = json.structure ?? reused?.structure;
  if (structure === undefined) {
    throw new Error(`The structure ${json.frame.structure_hash} is neither sent nor known.`);
  }
  const blob = toFloats(buffer);
  checkSlots(structure.slots, blob.length);
  return {
    structure,
    frame: json.frame,
    blob,
    revealed: reused?.revealed ?? revealedAt(structure),
  };
}

/** The tensor of this id; an id that the tape does not hold is a defect of the caller. */
export function tensorOf(structure: Structure, id: number): Tensor {
  const tensor = structure.tensors[id];
  if (tensor === undefined) throw new RangeError(`The tape holds no tensor ${String(id)}.`);
  return tensor;
}

/** The stored numbers of a tensor, or null where the tape holds none. */
export function valuesOf(tape: Tape, tensorId: number): TensorValues | null {
  const slotIndex = tensorOf(tape.structure, tensorId).slot;
  const slot = slotIndex === null ? undefined : tape.structure.slots[slotIndex];
  if (slot === undefined) return null;
  const values = tape.blob.subarray(slot.offset, slot.offset + slot.count);
  return { values, shape: slot.shape, steps: slot.steps, full: slot.full };
}

function fromWire(statistics: Statistics): Summary {
  return {
    min: toNumber(statistics.min),
    max: toNumber(statistics.max),
    mean: toNumber(statistics.mean),
    std: toNumber(statistics.std),
    l2_norm: toNumber(statistics.l2_norm),
    zero_share: statistics.zero_share,
    non_finite: statistics.non_finite,
  };
}

/** Exact statistics of the whole tensor: counted here where it is full, else sent by the server. */
export function statisticsOf(tape: Tape, tensorId: number): Summary | null {
  const slotIndex = tensorOf(tape.structure, tensorId).slot;
  if (slotIndex === null) return null;
  const sent = tape.frame.statistics[String(slotIndex)];
  if (sent !== undefined) return fromWire(sent);
  const stored = valuesOf(tape, tensorId);
  return stored === null ? null : summarize(stored.values);
}

const visibleFromTheStart = new Set(["input", "target", "parameter", "buffer"]);

/** For each tensor the playhead from which it is visible: 0 from the start, -1 never. */
function revealedAt(structure: Structure): Int32Array {
  const revealed = new Int32Array(structure.tensors.length).fill(-1);
  for (const tensor of structure.tensors) {
    if (visibleFromTheStart.has(tensor.role)) revealed[tensor.id] = 0;
  }
  for (const [index, event] of structure.events.entries()) {
    for (const id of event.reveals) {
      if (revealed[id] === -1) revealed[id] = index + 1;
    }
  }
  return revealed;
}

export function isVisible(tape: Tape, tensorId: number, playhead: number): boolean {
  const from = tape.revealed[tensorId] ?? -1;
  return from >= 0 && from <= playhead;
}

/** Which of its three states the gradient of a tensor is in at this playhead. */
export function gradientState(tape: Tape, tensorId: number, playhead: number): GradientState {
  const tensor = tensorOf(tape.structure, tensorId);
  const gradient = tensor.gradient ?? null;
  if (gradient === null) {
    return { state: "none", reason: tensor.why_no_gradient ?? "no gradient was recorded" };
  }
  const state = isVisible(tape, gradient, playhead) ? "value" : "not_yet";
  return { state, tensor: gradient };
}
