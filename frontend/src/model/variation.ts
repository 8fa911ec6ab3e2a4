/** Changes of a spec that are worth comparing: one thing at a time. */

import type { Catalog } from "../api/types";
import { entryOf, newPart } from "./catalog";
import { fromNumberText } from "./fieldText";
import type { Json, Part, Spec } from "./spec";

export type VariedThing = "learning rate" | "optimizer" | "initialization" | "seed";

export const VARIED_THINGS: readonly VariedThing[] = [
  "learning rate",
  "optimizer",
  "initialization",
  "seed",
];

/** What can be chosen, by kind and title; empty where a number is typed. */
export function choicesOf(
  thing: VariedThing,
  catalog: Catalog,
): readonly { kind: string; title: string }[] {
  if (thing === "optimizer") return catalog.optimizers;
  return thing === "initialization" ? catalog.initializations : [];
}

/** A value other than the spec's own, to begin with. */
export function suggestedValue(thing: VariedThing, spec: Spec, catalog: Catalog): string {
  switch (thing) {
    case "learning rate":
      return String(Number(((Number(spec.optimizer.lr) || 0.01) * 10).toPrecision(12)));
    case "seed":
      return String(spec.seed + 1);
    case "optimizer":
      return spec.optimizer.kind === "adam" ? "sgd" : "adam";
    case "initialization":
      return choicesOf(thing, catalog).find(({ kind }) => kind === "kaiming")?.kind ?? "default";
  }
}

/** The spec with that one thing changed. What cannot be read the server refuses, in its words. */
export function vary(spec: Spec, thing: VariedThing, value: string, catalog: Catalog): Spec {
  switch (thing) {
    case "learning rate":
      return { ...spec, optimizer: { ...spec.optimizer, lr: fromNumberText(value) } };
    case "seed":
      return { ...spec, seed: fromNumberText(value) as number };
    case "optimizer":
      return { ...spec, optimizer: otherOptimizer(spec.optimizer, value, catalog) };
    case "initialization":
      return withInitialization(spec, value, catalog);
  }
}

/** With the same learning rate: one thing is to differ, not two. */
function otherOptimizer({ lr }: Part, kind: string, catalog: Catalog): Part {
  const entry = entryOf(catalog.optimizers, kind);
  const part: Part = entry === null ? { kind } : newPart(entry);
  return lr === undefined ? part : { ...part, lr };
}

/** All weights that can be filled otherwise are. */
function withInitialization(spec: Spec, kind: string, catalog: Catalog): Spec {
  const layers = spec.network.layers.map((layer) => {
    const entry = entryOf(catalog.layers, layer.kind);
    const isFilled = entry?.parameters.some(({ name }) => name === "init") ?? false;
    const init = { ...(layer.init as { [key: string]: Json } | undefined), weight: { kind } };
    return isFilled ? { ...layer, init } : layer;
  });
  return { ...spec, network: { ...spec.network, layers } };
}
