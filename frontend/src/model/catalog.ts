/** What a spec may contain, as the server tells it, arranged for forms. */

import type { Catalog, CatalogEntry, CatalogParameter } from "../api/types";
import { toFieldText } from "./fieldText";
import { formatCount } from "./format";
import type { Json, Part } from "./spec";

const GROUPS: readonly { title: string; kinds: readonly string[] }[] = [
  { title: "Learned", kinds: ["linear", "conv1d", "conv2d"] },
  {
    title: "Activation",
    kinds: [
      "relu",
      "leaky_relu",
      "elu",
      "gelu",
      "silu",
      "sigmoid",
      "tanh",
      "softmax",
      "log_softmax",
    ],
  },
  { title: "Shape and pooling", kinds: ["flatten", "max_pool2d", "avg_pool2d"] },
  { title: "Normalization", kinds: ["batch_norm", "layer_norm", "dropout"] },
  { title: "Merging", kinds: ["add", "multiply", "concat"] },
];

export interface LayerGroup {
  title: string;
  entries: CatalogEntry[];
}

/** The layer kinds in groups; those whose words contain `search`. Kinds new to us come last. */
export function groupLayers(layers: readonly CatalogEntry[], search: string): LayerGroup[] {
  const words = search.trim().toLowerCase();
  const found = layers.filter(({ kind, title, description }) =>
    `${kind} ${title} ${description}`.toLowerCase().includes(words),
  );
  const known = new Set(GROUPS.flatMap((group) => group.kinds));
  const groups = GROUPS.map(({ title, kinds }) => ({
    title,
    entries: found.filter((entry) => kinds.includes(entry.kind)),
  }));
  const others = found.filter((entry) => !known.has(entry.kind));
  return [...groups, { title: "Other", entries: others }].filter(
    ({ entries }) => entries.length > 0,
  );
}

export function entryOf(
  entries: readonly CatalogEntry[] | undefined,
  kind: string,
): CatalogEntry | null {
  return entries?.find((entry) => entry.kind === kind) ?? null;
}

/** A part of this kind whose required parameters hold something that is worth starting from. */
export function newPart(entry: CatalogEntry): Part {
  const part: Part = { kind: entry.kind };
  for (const parameter of entry.parameters) {
    if (parameter.required) part[parameter.name] = startingValue(parameter);
  }
  return part;
}

function startingValue(parameter: CatalogParameter): Json {
  if (parameter.type === "integer") return Math.max(8, parameter.minimum ?? 8);
  if (parameter.type === "number") return parameter.minimum ?? 1;
  return parameter.choices?.[0] ?? null;
}

/** Parameters that the cards show by other means than a field of the form. */
const OWN_CONTROLS = new Set(["shares"]);

/** Settings of the whole experiment; its name stands in the header. */
export function experimentParameters(catalog: Catalog): CatalogParameter[] {
  return catalog.experiment.filter(({ name }) => name !== "name");
}

export function formParameters(entry: CatalogEntry): CatalogParameter[] {
  return entry.parameters.filter(({ name }) => !OWN_CONTROLS.has(name));
}

const LABELS: Record<string, string> = {
  lr: "learning rate",
  l1: "L1 penalty",
  T_max: "T max",
  autocast: "mixed precision",
  max_norm: "clip to norm",
  clip_value: "clip to value",
  update_norms_every: "measure updates every",
  every: "measure every",
};

/** `out_features` → `out features`. */
export function parameterLabel(name: string): string {
  return LABELS[name] ?? name.replaceAll("_", " ");
}

/** What it means to leave a field empty. */
export function emptyMeaning({ name, default: value }: CatalogParameter): string {
  if (name === "batch_size") return "all";
  if (name === "clip_value" || name === "max_norm") return "off";
  return value === null || value === undefined ? "automatic" : toFieldText(value as Json);
}

/** Which numbers are allowed, where that is worth saying. */
export function rangeHint(parameter: CatalogParameter): string {
  const { minimum, maximum } = parameter;
  const low = minimum == null ? null : formatCount(minimum);
  const isOpen = maximum == null || maximum > 1e6;
  if (low === null) return "";
  return isOpen ? `at least ${low}` : `${low} to ${formatCount(maximum)}`;
}
