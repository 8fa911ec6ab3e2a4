/** In what several specs differ, and what runs of them are called by it. */

import { parameterLabel } from "./catalog";
import { toFieldText } from "./fieldText";
import type { Json, Layer, Part, Spec } from "./spec";

/** One thing that is not the same in all of them. */
export interface Difference {
  /** As a heading: `learning rate`. */
  title: string;
  /** In a name, before the value: `lr`; empty where the value speaks for itself: `adam`. */
  short: string;
  /** One for each spec. */
  values: string[];
}

/** One thing of one spec. */
interface Fact {
  title: string;
  short: string;
  value: string;
}

/** By a path that is the same in each spec. */
type Facts = Map<string, Fact>;

/** Names of runs grow no longer: a legend has to hold six. */
const MOST_DIFFERENCES_IN_A_NAME = 3;
/** Only a label. */
const NO_DIFFERENCE = new Set(["name"]);

/** Everything that differs; the network's parts come last. */
export function differences(specs: readonly Spec[]): Difference[] {
  const facts = specs.map(factsOf);
  const paths = [...new Set(facts.flatMap((each) => [...each.keys()]))];
  const different = paths.flatMap((path) => differenceAt(path, facts));
  // Six layers that were given the same initialization differ in one thing, not in six.
  const told = new Map(different.map((each) => [JSON.stringify([each.short, each.values]), each]));
  return [...told.values()];
}

function differenceAt(path: string, facts: readonly Facts[]): Difference[] {
  const here = facts.map((each) => each.get(path));
  const present = here.filter((fact) => fact !== undefined);
  const [first] = present;
  // What only some of them can have goes with the kind that they have: betas with Adam.
  if (first === undefined || present.length < facts.length) return [];
  const values = present.map(({ value }) => value);
  if (values.every((value) => value === first.value)) return [];
  return [{ title: first.title, short: first.short, values }];
}

function factsOf(spec: Spec): Facts {
  const facts: Facts = new Map();
  for (const [key, value] of Object.entries(spec) as [string, Json | undefined][]) {
    if (NO_DIFFERENCE.has(key) || key === "network") continue;
    if (isPart(value)) addPart(facts, key, value);
    else add(facts, key, key, value);
  }
  addLayers(facts, spec.network.layers);
  return facts;
}

function isPart(value: Json | Part | undefined): value is Part {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A part's kind, where it has kinds, and each of its parameters. */
function addPart(facts: Facts, key: string, part: Part): void {
  for (const [name, value] of Object.entries(part)) {
    if (name === "kind") facts.set(key, { title: key, short: "", value: String(value) });
    else add(facts, `${key}.${name}`, name, value);
  }
}

function add(facts: Facts, path: string, name: string, value: Json | undefined): void {
  facts.set(path, { title: parameterLabel(name), short: shortLabel(name), value: inWords(value) });
}

function addLayers(facts: Facts, layers: readonly Layer[]): void {
  const title = "layers";
  facts.set("layers", {
    title,
    short: "",
    value: layers.length === 1 ? "1 layer" : `${layers.length} layers`,
  });
  for (const [index, layer] of layers.entries()) addLayer(facts, index, layer);
}

function addLayer(facts: Facts, index: number, layer: Layer): void {
  const path = `layers.${index}`;
  facts.set(path, { title: `layer ${index + 1}`, short: "", value: layer.kind });
  for (const [name, value] of Object.entries(layer)) {
    if (name === "kind" || name === "name") continue;
    // A parameter of another kind of layer is another parameter.
    const at = `${path}.${layer.kind}.${name}`;
    if (name === "init" && isPart(value)) addInitialization(facts, at, value);
    else add(facts, at, name, value);
  }
}

function addInitialization(facts: Facts, path: string, { weight, bias }: Part): void {
  const ofWeight = { title: "initialization", short: "", value: partInWords(weight) };
  facts.set(`${path}.weight`, ofWeight);
  const ofBias = { title: "initialization of biases", short: "biases", value: partInWords(bias) };
  facts.set(`${path}.bias`, ofBias);
}

/** `normal`, and what of it is a number: `normal 0 1`. */
function partInWords(part: Json | undefined): string {
  if (!isPart(part)) return inWords(part);
  const numbers = Object.values(part).filter((value) => typeof value === "number");
  return [part.kind, ...numbers.map(inWords)].join(" ");
}

function shortLabel(name: string): string {
  return name === "lr" ? name : parameterLabel(name);
}

function inWords(value: Json | undefined): string {
  // As it was typed: not 0.1000.
  if (typeof value === "number") return String(value).replace("-", "−");
  if (typeof value === "boolean") return value ? "on" : "off";
  if (value === undefined || value === null) return "none";
  const text = toFieldText(value);
  return text.length > 24 ? `${text.slice(0, 23)}…` : text;
}

/** A name for each run: what it was called, else by what differs; no two are the same. */
export function runNames(specs: readonly Spec[], given: readonly (string | null)[]): string[] {
  const different = differences(specs).slice(0, MOST_DIFFERENCES_IN_A_NAME);
  const wished = specs.map(
    (_, index) => given[index] ?? (nameBy(different, index) || `run ${index + 1}`),
  );
  return wished.map((name, index) => {
    const earlier = wished.slice(0, index).filter((each) => each === name).length;
    return earlier === 0 ? name : `${name} (${earlier + 1})`;
  });
}

function nameBy(different: readonly Difference[], index: number): string {
  return different.map(({ short, values }) => `${short} ${values[index] ?? ""}`.trim()).join(", ");
}
