/** Tapes of the file that the page itself is. */

import type { NestedNumbers, ReplayDocument, ReplayFrame } from "../api/types";
import { flatIndex, indicesOf } from "../model/grid";
import type { MatrixPart, TapeSource } from "../state/tapeSource";
import { decodeBlob } from "./fileBlocks";

export class FileSource implements TapeSource {
  readonly key = "file";
  readonly hasAllNumbers = false;

  constructor(private readonly document: ReplayDocument) {}

  readTape(iteration: number, known: string | null) {
    const frame = this.frame(iteration);
    const structure = this.structure(frame);
    const json = { structure: structure.hash === known ? null : structure, frame };
    return Promise.resolve({ json, blob: decodeBlob(frame.blob) });
  }

  /** A part of what is stored of a tensor: of all its numbers, or of its preview. */
  readNumbers(iteration: number, tensor: number, part: MatrixPart): Promise<NestedNumbers> {
    const frame = this.frame(iteration);
    const { tensors, slots } = this.structure(frame);
    const slot = slots[tensors[tensor]?.slot ?? -1];
    if (slot === undefined) throw new RangeError(`No numbers of tensor ${tensor} are stored.`);
    const view = new DataView(decodeBlob(frame.blob), slot.offset * 4, slot.count * 4);
    const at = (row: number, column: number) =>
      view.getFloat32(flatIndex(part.grid, part.fixed, row, column) * 4, true);
    const rows = indicesOf(part.rows).map((row) =>
      indicesOf(part.columns).map((column) => at(row, column)),
    );
    if (part.shape.length === 0) return Promise.resolve(at(0, 0));
    return Promise.resolve(part.shape.length === 1 ? rows.flat() : rows);
  }

  private frame(iteration: number): ReplayFrame {
    const frame = this.document.frames.find((each) => each.iteration === iteration);
    if (frame === undefined) throw new RangeError(`Iteration ${iteration} is not in this file.`);
    return frame;
  }

  private structure({ structure_hash: hash }: ReplayFrame) {
    const structure = this.document.structures[hash];
    if (structure === undefined) throw new RangeError(`Structure ${hash} is not in this file.`);
    return structure;
  }
}
