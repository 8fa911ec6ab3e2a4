/** An experiment's spec as the page edits it, and the edits: pure functions from spec to spec. */

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Anything with a kind and parameters: a layer, a loss, an optimizer, a data set. */
export interface Part {
  kind: string;
  [parameter: string]: Json | undefined;
}

export interface Layer extends Part {
  name?: string;
  inputs?: string[];
  shares?: string | null;
}

/** A part without kinds: regularization, validation, augmentation. What is left out is usual. */
export type Settings = Record<string, Json | undefined>;

export interface Spec {
  name: string;
  seed: number;
  device: string;
  dtype: string;
  data: Part;
  network: { layers: Layer[] };
  loss: Part;
  optimizer: Part;
  batch_size: number | null;
  schedule?: Part;
  regularization?: Settings;
  validation?: Settings;
  augmentation?: Settings;
}

export function layerName(spec: Spec, index: number): string {
  const layer = spec.network.layers[index];
  return layer?.name ?? layer?.kind ?? "input";
}

/** The name of what flows into layer `index` unless it says otherwise. */
export function defaultInput(spec: Spec, index: number): string {
  return index === 0 ? "input" : layerName(spec, index - 1);
}

function withLayers(spec: Spec, layers: Layer[]): Spec {
  return { ...spec, network: { ...spec.network, layers } };
}

function isDefaultWiring(spec: Spec, index: number): boolean {
  const inputs = spec.network.layers[index]?.inputs;
  return inputs === undefined || (inputs.length === 1 && inputs[0] === defaultInput(spec, index));
}

function withoutKey(layer: Layer, key: string): Layer {
  return Object.fromEntries(Object.entries(layer).filter(([name]) => name !== key)) as Layer;
}

/** Drops `inputs` that only repeat the default, so that layers can be moved without rewiring. */
export function withDefaultWiringLeftOut(spec: Spec): Spec {
  const layers = spec.network.layers.map((layer, index) =>
    isDefaultWiring(spec, index) ? withoutKey(layer, "inputs") : layer,
  );
  return withLayers(spec, layers);
}

function renamed(layer: Layer, from: string, to: string): Layer {
  const changed = { ...layer };
  if (layer.inputs) changed.inputs = layer.inputs.map((name) => (name === from ? to : name));
  if (layer.shares === from) changed.shares = to;
  return changed;
}

/** A name that no layer has yet: `relu`, `relu_2`, `relu_3` … */
export function freeName(spec: Spec, wish: string): string {
  const taken = new Set(["input", "target", "loss"]);
  spec.network.layers.forEach((_, index) => taken.add(layerName(spec, index)));
  if (!taken.has(wish)) return wish;
  const stem = wish.replace(/_\d+$/, "");
  let number = 2;
  while (taken.has(`${stem}_${number}`)) number += 1;
  return `${stem}_${number}`;
}

export function insertLayer(spec: Spec, at: number, layer: Layer): Spec {
  const named = { ...layer, name: freeName(spec, layer.name ?? layer.kind) };
  return withLayers(spec, spec.network.layers.toSpliced(at, 0, named));
}

export function duplicateLayer(spec: Spec, index: number): Spec {
  const layer = spec.network.layers[index];
  if (layer === undefined) return spec;
  return insertLayer(spec, index + 1, { ...layer, name: layerName(spec, index) });
}

/** Removes a layer; whatever read its output reads its first input instead. */
export function removeLayer(spec: Spec, index: number): Spec {
  const name = layerName(spec, index);
  const heir = spec.network.layers[index]?.inputs?.[0] ?? defaultInput(spec, index);
  const layers = spec.network.layers.toSpliced(index, 1).map((layer) => {
    const rewired = layer.inputs
      ? { ...layer, inputs: layer.inputs.map((input) => (input === name ? heir : input)) }
      : layer;
    return rewired.shares === name ? withoutKey(rewired, "shares") : rewired;
  });
  return withDefaultWiringLeftOut(withLayers(spec, layers));
}

export function moveLayer(spec: Spec, from: number, to: number): Spec {
  const layer = spec.network.layers[from];
  if (layer === undefined || from === to) return spec;
  // A layer keeps its name while it moves; default names are fixed first.
  const named = spec.network.layers.map((each, index): Layer => ({
    ...each,
    name: layerName(spec, index),
  }));
  const moved = named[from] as Layer;
  return withLayers(spec, named.toSpliced(from, 1).toSpliced(to, 0, moved));
}

/** Sets one parameter of a layer; undefined takes it out, so that its default holds. */
export function setLayerParameter(
  spec: Spec,
  index: number,
  parameter: string,
  value: Json | undefined,
): Spec {
  const layers = spec.network.layers.map((layer, at) => {
    if (at !== index) return layer;
    return value === undefined ? withoutKey(layer, parameter) : { ...layer, [parameter]: value };
  });
  return withLayers(spec, layers);
}

/** Renames a layer and everything that refers to it. */
export function renameLayer(spec: Spec, index: number, name: string): Spec {
  const before = layerName(spec, index);
  const layers = spec.network.layers.map((layer, at) =>
    at === index ? { ...layer, name } : renamed(layer, before, name),
  );
  return withLayers(spec, layers);
}

export function setPartParameter(
  spec: Spec,
  part: SpecPart,
  parameter: string,
  value: Json | undefined,
): Spec {
  const changed = { ...spec[part], [parameter]: value };
  if (value === undefined) Reflect.deleteProperty(changed, parameter);
  return { ...spec, [part]: changed };
}

export type SpecPart =
  "data" | "loss" | "optimizer" | "schedule" | "regularization" | "validation" | "augmentation";

/** Parts that say how the network learns, not what it computes: numbers in them can be set meanwhile. */
const REGIME = ["optimizer", "schedule", "regularization"] as const;

type Numbers = Record<string, number | null>;

export type SpecChange =
  | { kind: "nothing" }
  | { kind: "name" }
  | { kind: "set"; changes: Partial<Record<(typeof REGIME)[number], Numbers>> }
  | { kind: "open" };

function equal(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/**
 * What it takes to get from one spec to another: numbers of the same optimizer, of the same schedule and of the
 * regularization are set in the running session; a name is only a label; everything else needs a session of its own.
 */
export function changeBetween(before: Spec, after: Spec): SpecChange {
  if (!isSameNetwork(before, after)) return { kind: "open" };
  const parts = REGIME.filter((part) => !equal(before[part], after[part]));
  if (parts.length === 0) {
    return before.name === after.name ? { kind: "nothing" } : { kind: "name" };
  }
  const changes: Partial<Record<(typeof REGIME)[number], Numbers>> = {};
  for (const part of REGIME) {
    const changed = changedNumbers(before[part] ?? {}, after[part] ?? {});
    if (changed === null) return { kind: "open" };
    if (Object.keys(changed).length > 0) changes[part] = changed;
  }
  return { kind: "set", changes };
}

/** The numbers that differ; null if more than numbers differs, or one was left out. */
function changedNumbers(before: Settings, after: Settings): Numbers | null {
  const changed: Numbers = {};
  for (const key of Object.keys({ ...before, ...after })) {
    const value = after[key];
    if (equal(before[key], value)) continue;
    if (typeof value !== "number" && value !== null) return null;
    changed[key] = value;
  }
  return changed;
}

/** Whether nothing differs that a tape would show: only the name, or how the network learns. */
export function isSameNetwork(left: Spec, right: Spec): boolean {
  const regime = Object.fromEntries(REGIME.map((part) => [part, left[part]]));
  return equal(left, { ...right, name: left.name, ...regime });
}
