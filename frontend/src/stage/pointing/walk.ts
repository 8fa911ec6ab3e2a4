/** The graph as something to walk through: where a step leads from a card, a gradient or a chip. */

import type { Geometry, Rect } from "../layout/geometry";
import { mayHaveGradient } from "../layout/geometry";
import type { Item, Scene } from "../scene/scene";

/** Where somebody stands. Items go by their key, which outlives a new layout. */
export interface Place {
  readonly half: "forward" | "backward";
  readonly key: string;
  /** A leaf that hangs there, by its tensor; null for the card itself. */
  readonly leaf: number | null;
}

/** Along the edges, or across them. */
export type Step = "onward" | "back" | "up" | "down";

/** A place together with those that the same step could have led to, in their order on screen. */
export interface Stand {
  readonly place: Place;
  readonly among: readonly Place[];
}

export function standAt(place: Place): Stand {
  return { place, among: [place] };
}

export function itemAt({ itemOfKey, items }: Scene, { key }: Place): Item | null {
  return items[itemOfKey.get(key) ?? -1] ?? null;
}

export function rectOf(geometry: Geometry, place: Place): Rect | null {
  const item = itemAt(geometry.scene, place);
  if (item === null) return null;
  const forward = place.half === "forward";
  if (place.leaf === null)
    return (forward ? geometry.cards : geometry.gradientCards)[item.index] ?? null;
  const chips = (forward ? geometry.chips : geometry.gradientChips)[item.index];
  return chips?.[item.leaves.indexOf(place.leaf)] ?? null;
}

export function samePlace(a: Place, b: Place): boolean {
  return a.half === b.half && a.key === b.key && a.leaf === b.leaf;
}

/**
 * Where a step leads; null where nothing lies that way.
 *
 * Onward goes to what uses a value, back to what made it; among several, up and down go from one to
 * the next. Beyond the last of them they cross between a value and its gradient, and at the loss
 * onward makes the turn.
 */
export function takeStep(geometry: Geometry, stand: Stand, step: Step): Stand | null {
  switch (step) {
    case "onward":
      return choose(geometry, stand.place, users(geometry.scene, stand.place));
    case "back":
      return choose(geometry, stand.place, makers(geometry.scene, stand.place));
    case "up":
    case "down":
      return beside(stand, step === "down" ? 1 : -1) ?? across(geometry, stand.place, step);
  }
}

function placeAt(
  scene: Scene,
  half: Place["half"],
  item: number,
  leaf: number | null = null,
): Place {
  return { half, key: scene.items[item]?.key ?? "", leaf };
}

function users(scene: Scene, place: Place): Place[] {
  const { half, leaf } = place;
  const item = itemAt(scene, place)?.index ?? -1;
  if (leaf !== null) return [{ ...place, leaf: null }];
  if (item === scene.loss && scene.turnsBack) {
    return [placeAt(scene, half === "forward" ? "backward" : "forward", item)];
  }
  const edges =
    half === "forward"
      ? scene.forward.filter((edge) => edge.from === item).map((edge) => edge.to)
      : scene.backward.filter((edge) => edge.to === item).map((edge) => edge.from);
  return [...new Set(edges)].map((to) => placeAt(scene, half, to));
}

function makers(scene: Scene, place: Place): Place[] {
  const { half, leaf } = place;
  const item = itemAt(scene, place);
  if (leaf !== null || item === null) return [];
  const reached =
    half === "forward"
      ? []
      : scene.backward.filter((edge) => edge.from === item.index).map((edge) => edge.to);
  // Where no gradient flows on, the way goes on to what has none: there the reason is told.
  const made = scene.forward.filter((edge) => edge.to === item.index).map((edge) => edge.from);
  const from = reached.length > 0 ? reached : made;
  const leaves = item.leaves.filter(
    (id) => half === "forward" || mayHaveGradient(scene.structure.tensors[id]),
  );
  return [
    ...[...new Set(from)].map((to) => placeAt(scene, half, to)),
    ...leaves.map((id) => ({ ...place, leaf: id })),
  ];
}

/** Of several places the nearest to the row that one comes from. */
function choose(geometry: Geometry, from: Place, places: Place[]): Stand | null {
  const horizontal = geometry.orientation === "horizontal";
  const row = (place: Place): number => {
    const rect = rectOf(geometry, place);
    if (rect === null) return 0;
    return horizontal ? rect.y + rect.height / 2 : rect.x + rect.width / 2;
  };
  const among = places.sort((a, b) => row(a) - row(b));
  const distance = (place: Place): number => Math.abs(row(place) - row(from));
  const nearest = among.reduce<Place | null>(
    (best, place) => (best === null || distance(place) < distance(best) ? place : best),
    null,
  );
  return nearest === null ? null : { place: nearest, among };
}

function beside({ place, among }: Stand, by: 1 | -1): Stand | null {
  const at = among.findIndex((each) => samePlace(each, place));
  const next = among[at + by];
  return next === undefined ? null : { place: next, among };
}

/** From a value down to its gradient, from a gradient up to its value. */
function across({ scene }: Geometry, place: Place, step: "up" | "down"): Stand | null {
  const half = step === "down" ? "backward" : "forward";
  if (half === place.half || !scene.turnsBack) return null;
  const hasGradient = place.leaf === null || mayHaveGradient(scene.structure.tensors[place.leaf]);
  return hasGradient ? standAt({ ...place, half }) : null;
}
