/** The first filters, and what one sample becomes layer by layer, on the shown tape. */

import { fetchValues } from "../api/client";
import { describeFailure, isAbort } from "../api/errors";
import type { ImageShape, Structure } from "../api/types";
import { firstFilters, layersWithMaps } from "../model/featureMaps";
import { flattenNumbers } from "../model/nestedNumbers";

/** Maps side by side, with one scale for all of them. */
export interface MapRow {
  readonly name: string;
  /** Of one map. */
  readonly height: number;
  readonly width: number;
  readonly maps: readonly Float32Array[];
  /** How many there are; not all may be shown. */
  readonly of: number;
  /** The greatest magnitude. */
  readonly scale: number;
}

export interface ShownTape {
  readonly session: string;
  readonly structure: Structure;
  readonly iteration: number;
  readonly image: ImageShape;
}

const MOST_MAPS = 16;
const MOST_LAYERS = 8;

export class ImageMapsState {
  /** Of the batch, whose maps are shown. */
  sample = $state(0);
  filters = $state.raw<MapRow | null>(null);
  layers = $state.raw<readonly MapRow[]>([]);
  failure = $state<string | null>(null);
  #loading = new AbortController();

  /** Loads what a tape has; a newer call cancels an older one. */
  async show(tape: ShownTape, sample: number): Promise<void> {
    this.#loading.abort();
    const { signal } = (this.#loading = new AbortController());
    try {
      const filters = await loadFilters(tape, signal);
      const layers = await loadLayers(tape, sample, signal);
      if (signal.aborted) return;
      [this.filters, this.layers, this.failure] = [filters, layers, null];
    } catch (error) {
      if (!isAbort(error)) this.failure = describeFailure(error);
    }
  }
}

async function loadFilters(tape: ShownTape, signal: AbortSignal): Promise<MapRow | null> {
  const found = firstFilters(tape.structure, tape.image);
  if (found === null) return null;
  const { channels, height, width } = found.shape;
  const shown = `0:${Math.min(found.filters, MOST_MAPS)}`;
  const numbers = await load(tape, found.tensor, shown, signal);
  // Of filters over several channels the first channel is shown.
  const step = channels * height * width;
  return toRow(found.name, numbers, { step, height, width, of: found.filters });
}

function loadLayers(tape: ShownTape, sample: number, signal: AbortSignal): Promise<MapRow[]> {
  const layers = layersWithMaps(tape.structure).slice(0, MOST_LAYERS);
  return Promise.all(
    layers.map(async ({ name, tensor, channels, height, width }) => {
      const shown = `${sample},0:${Math.min(channels, MOST_MAPS)}`;
      const numbers = await load(tape, tensor, shown, signal);
      return toRow(name, numbers, { step: height * width, height, width, of: channels });
    }),
  );
}

async function load(
  { session, iteration }: ShownTape,
  tensor: number,
  slice: string,
  signal: AbortSignal,
): Promise<number[]> {
  return flattenNumbers((await fetchValues(session, tensor, slice, iteration, signal)).values);
}

function toRow(
  name: string,
  numbers: readonly number[],
  { step, height, width, of }: { step: number; height: number; width: number; of: number },
): MapRow {
  const maps = Array.from({ length: numbers.length / step }, (_, at) =>
    Float32Array.from(numbers.slice(at * step, at * step + height * width)),
  );
  const finite = numbers.filter(Number.isFinite).map(Math.abs);
  const scale = finite.reduce((most, each) => Math.max(most, each), 0);
  return { name, height, width, maps, of, scale };
}
