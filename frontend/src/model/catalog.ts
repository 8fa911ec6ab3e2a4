/** What a spec may contain, as the server tells it, arranged for forms. */

import type { Catalog, CatalogEntry, CatalogParameter } from "../api/types";
import { toFieldText } from "./fieldText";
import { formatCount } from "./format";
import type { Json, Part } from "./spec";

const GROUPS: readonly { title: string; kinds: readonly string[] }[] = [
  { title: "Learned", kinds: ["linear", "conv1d", "conv2d", "conv3d"] },
  {
    title: "Sequences",
    kinds: ["embedding", "rnn", "lstm", "gru", "multihead_attention", "transformer_encoder_layer"],
  },
  {
    title: "Activation",
    kinds: [
      "relu",
      "leaky_relu",
      "elu",
      "gelu",
      "silu",
      "mish",
      "softplus",
      "sigmoid",
      "tanh",
      "hardtanh",
      "softmax",
      "log_softmax",
    ],
  },
  { title: "Shape", kinds: ["flatten", "reshape", "permute", "select"] },
  {
    title: "Pooling",
    kinds: [
      "max_pool1d",
      "max_pool2d",
      "max_pool3d",
      "avg_pool1d",
      "avg_pool2d",
      "avg_pool3d",
      "adaptive_avg_pool1d",
      "adaptive_avg_pool2d",
      "adaptive_avg_pool3d",
    ],
  },
  {
    title: "Normalization",
    kinds: ["batch_norm", "layer_norm", "instance_norm", "group_norm", "dropout"],
  },
  { title: "Merging", kinds: ["add", "multiply", "concat"] },
];

/** What a field for a whole table begins with: XOR in words. */
const SAMPLE_TABLE = "left,right,differ\n0,0,no\n0,1,yes\n1,0,yes\n1,1,no\n";

export interface LayerGroup {
  title: string;
  entries: CatalogEntry[];
}

/**
 * The layer kinds in groups; those whose name contains `search`, or if none does, those whose
 * description does. Kinds new to us come last.
 */
export function groupLayers(layers: readonly CatalogEntry[], search: string): LayerGroup[] {
  const words = search.trim().toLowerCase();
  const named = layers.filter(({ kind, title }) =>
    `${kind} ${title}`.toLowerCase().includes(words),
  );
  const found =
    named.length > 0
      ? named
      : layers.filter(({ description }) => description.toLowerCase().includes(words));
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
  if (parameter.type === "long_text") return SAMPLE_TABLE;
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
