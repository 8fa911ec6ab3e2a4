/** Where neurons and their weights stand: columns of units, and lines between them. */

import type { DenseNetwork } from "../../model/denseNetwork";
import type { Rect } from "../layout/geometry";

export const unitRadius = 17;
export const lossRadius = 41;
const headingRoom = 34;
const margin = 26;
/** Between units of a column: more than the least only in rooms that are taller than wide. */
const unitStep = { least: 50, most: 80 };
/** Columns stand further apart where more lines run between them, as far as there is room. */
const columnStep = { least: 84, usual: 110, perUnit: 8 };
/** From the middle of the last unit to the middle of the loss, at least. */
const beforeLoss = unitRadius + lossRadius + 26;
/** What is in the picture besides the steps between columns. */
const besideSteps = 2 * margin + unitRadius + lossRadius - 20;

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
  readonly columnStep: number;
  /** Height of the line on which the columns' names stand. */
  readonly headingY: number;
  readonly bounds: Rect;
}

/** `aspect` is the room's width over its height: the picture takes its shape, within reason. */
export function layOutNeurons({ layers }: DenseNetwork, aspect: number): NeuronsLayout {
  const sizes = [layers[0]?.inputs ?? 0, ...layers.map((layer) => layer.units)];
  const steps = stepsFor(sizes.length, Math.max(...sizes), aspect);
  const step = steps.column;
  const columns = sizes.map((size, column) =>
    Array.from({ length: size }, (_, unit) => ({
      column,
      unit,
      x: column * step,
      y: (unit - (size - 1) / 2) * steps.unit,
    })),
  );
  const weights = layers.flatMap((_, layer) =>
    (columns[layer + 1] ?? []).flatMap((to) =>
      (columns[layer] ?? []).map((from) => ({ layer, from, to })),
    ),
  );
  const loss = { x: (sizes.length - 1) * step + Math.max(step - 20, beforeLoss), y: 0 };
  const reach = reachOf(Math.max(...sizes), steps.unit);
  const x = -unitRadius - margin;
  return {
    columns,
    weights,
    loss,
    columnStep: step,
    headingY: -reach - headingRoom / 2,
    bounds: {
      x,
      y: -reach - headingRoom,
      width: loss.x + lossRadius + margin - x,
      height: 2 * reach + headingRoom + margin,
    },
  };
}

/** From the middle to the top, for columns of at most so many units. */
function reachOf(units: number, step: number): number {
  return Math.max(((units - 1) / 2) * step + unitRadius + 8, lossRadius);
}

function stepsFor(
  columns: number,
  units: number,
  aspect: number,
): { column: number; unit: number } {
  const clamp = (value: number, least: number, most: number): number =>
    Math.round(Math.min(most, Math.max(least, value)));
  const height = 2 * reachOf(units, unitStep.least) + headingRoom + margin;
  const usual = columnStep.usual + columnStep.perUnit * units;
  const column = clamp((height * aspect - besideSteps) / columns, columnStep.least, usual);
  const spare = (columns * column + besideSteps) / aspect - height;
  const unit = unitStep.least + spare / Math.max(1, units - 1);
  return { column, unit: clamp(unit, unitStep.least, unitStep.most) };
}
