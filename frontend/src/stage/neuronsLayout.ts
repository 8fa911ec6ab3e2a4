/** Where neurons and their weights stand: columns of units, and lines between them. */

import type { DenseNetwork } from "../model/denseNetwork";
import type { Rect } from "./geometry";

export const unitRadius = 17;
export const lossRadius = 41;
const unitStep = 50;
const headingRoom = 34;
const margin = 26;
/** Columns stand further apart where more lines run between them. */
const columnStep = { least: 110, perUnit: 8 };

export interface PlacedUnit {
  /** 0 is the input; layer k of the network stands in column k + 1. */
  readonly column: number;
  readonly unit: number;
  readonly x: number;
  readonly y: number;
}

export interface PlacedWeight {
  readonly layer: number;
  readonly from: PlacedUnit;
  readonly to: PlacedUnit;
}

export interface NeuronsLayout {
  readonly columns: readonly (readonly PlacedUnit[])[];
  readonly weights: readonly PlacedWeight[];
  readonly loss: { readonly x: number; readonly y: number };
  /** Height of the line on which the columns' names stand. */
  readonly headingY: number;
  readonly bounds: Rect;
}

export function layOutNeurons({ layers }: DenseNetwork): NeuronsLayout {
  const sizes = [layers[0]?.inputs ?? 0, ...layers.map((layer) => layer.units)];
  const step = columnStep.least + columnStep.perUnit * Math.max(...sizes);
  const columns = sizes.map((size, column) =>
    Array.from({ length: size }, (_, unit) => ({
      column,
      unit,
      x: column * step,
      y: (unit - (size - 1) / 2) * unitStep,
    })),
  );
  const weights = layers.flatMap((_, layer) =>
    (columns[layer + 1] ?? []).flatMap((to) =>
      (columns[layer] ?? []).map((from) => ({ layer, from, to })),
    ),
  );
  const loss = { x: sizes.length * step - 20, y: 0 };
  const half = ((Math.max(...sizes) - 1) / 2) * unitStep + unitRadius + 8;
  const reach = Math.max(half, lossRadius);
  const x = -unitRadius - margin;
  return {
    columns,
    weights,
    loss,
    headingY: -reach - headingRoom / 2,
    bounds: {
      x,
      y: -reach - headingRoom,
      width: loss.x + lossRadius + margin - x,
      height: 2 * reach + headingRoom + margin,
    },
  };
}
