/** What an image becomes on its way through a network, and the filters it meets first. */

import type { ImageShape, Structure, Tensor } from "../api/types";

export interface MapsOfLayer {
  readonly name: string;
  readonly tensor: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** The results of the layers that give maps (samples, channels, height, width), in order. */
export function layersWithMaps(structure: Structure): MapsOfLayer[] {
  return structure.calls.flatMap((call) => {
    const isLayer = call.kind === "module" && call.phase === "forward" && call.path !== "";
    const last = structure.ops[call.end_op - 1];
    const tensor = structure.tensors[last?.results[0] ?? -1];
    if (!isLayer || call.end_op === call.first_op || tensor === undefined) return [];
    return asMaps(call.path ?? call.name, tensor);
  });
}

function asMaps(name: string, { id, shape }: Tensor): MapsOfLayer[] {
  const [, channels, height, width] = shape;
  if (shape.length !== 4 || channels === undefined || height === undefined) return [];
  // A single number per channel is no map.
  if (width === undefined || height * width <= 1) return [];
  return [{ name, tensor: id, channels, height, width }];
}

export interface Filters {
  readonly name: string;
  readonly tensor: number;
  readonly filters: number;
  /** Of one filter. */
  readonly shape: ImageShape;
}

/**
 * The first weight, as images: kernels of a convolution, or rows of a matrix over all pixels.
 *
 * Null where the first weight is neither.
 */
export function firstFilters(structure: Structure, image: ImageShape): Filters | null {
  const weight = structure.tensors.find((each) => each.role === "parameter" && isWeight(each));
  if (weight === undefined) return null;
  const [filters = 0, inputs = 0, height, width] = weight.shape;
  const found = { name: weight.name ?? "", tensor: weight.id, filters };
  if (height !== undefined && width !== undefined && weight.shape.length === 4)
    return { ...found, shape: { channels: inputs, height, width } };
  const isWhole =
    weight.shape.length === 2 && inputs === image.channels * image.height * image.width;
  return isWhole ? { ...found, shape: image } : null;
}

function isWeight({ shape }: Tensor): boolean {
  return shape.length >= 2;
}

/** How many samples the tape's batch has. */
export function batchSize(structure: Structure): number {
  return structure.tensors.find((each) => each.role === "input")?.shape[0] ?? 0;
}
