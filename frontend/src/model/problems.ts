/** Which of the server's objections belongs where in the recipe. */

export interface Objection {
  path: string | null;
  message: string;
}

/** Whether a path is `place` or lies inside of it: `network.layers[3].out_features` in `network`. */
export function isAt(path: string | null, place: string): boolean {
  if (path === null || !path.startsWith(place)) return false;
  const next = path[place.length];
  return next === undefined || next === "." || next === "[";
}

/** Everything said about a place and what is inside of it. */
export function objectionsAt(objections: readonly Objection[], place: string): string[] {
  return objections.filter(({ path }) => isAt(path, place)).map(({ message }) => message);
}

/** What is said about a place but about none of these parts of it, which say it themselves. */
export function objectionsOnlyAt(
  objections: readonly Objection[],
  place: string,
  parts: readonly string[],
): string[] {
  return objections
    .filter(({ path }) => isAt(path, place))
    .filter(({ path }) => !parts.some((part) => isAt(path, `${place}.${part}`)))
    .map(({ message }) => message);
}

export function layerPath(index: number): string {
  return `network.layers[${index}]`;
}

/** What is said about no place that the recipe shows. */
export function objectionsElsewhere(objections: readonly Objection[]): string[] {
  const places = [
    "network.layers[",
    "data",
    "loss",
    "optimizer",
    "schedule",
    "regularization",
    "validation",
    "augmentation",
    "autocast",
    "shuffle",
    "update_norms_every",
    "batch_size",
    "seed",
    "dtype",
    "device",
  ];
  return objections
    .filter(({ path }) => !places.some((place) => path?.startsWith(place)))
    .map(({ message }) => message);
}
