/** The colour of every card of a scene when cards are coloured by what they hold. */

import { interpolateRgbBasis } from "d3-interpolate";
import type { OpTimes } from "../../api/types";
import { inkOn, mix, parseColor, toCss, type Palette } from "../../draw/palette";
import {
  colorings,
  measure,
  measuredInWords,
  scaleOf,
  shareOn,
  type ColorBy,
  type Coloring,
  type ColorScale,
  type Measurement,
  type TensorColorBy,
} from "../../model/colorBy";
import { timesInWords, timesOfItems } from "../../model/opTimes";
import type { Tape } from "../../model/tape";
import type { Item, Scene } from "../scene/scene";

export interface Shade {
  readonly look: Measurement["kind"];
  readonly color: string;
  /** What reads well on the colour. */
  readonly ink: string;
  /** The number or name behind the colour: never colour alone. */
  readonly text: string;
  /** The playhead from which it is known. */
  readonly from: number;
}

export interface Shading {
  readonly coloring: Coloring;
  readonly scale: ColorScale;
  /** What else there is to say; empty for most. */
  readonly note: string;
  /** By item; null where a card wears no colour. */
  readonly forward: readonly (Shade | null)[];
  readonly backward: readonly (Shade | null)[];
}

/** viridis: rises evenly in lightness, and reads the same to colour-blind eyes. */
const rising = interpolateRgbBasis(["#440154", "#3b528b", "#21918c", "#5ec962", "#fde725"]);
/** Okabe and Ito's colours, told apart by colour-blind eyes too. */
const categoryColors = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00"];

/** `times` counts only if it is of the tape's structure. */
export function shadeScene(
  scene: Scene,
  tape: Tape,
  by: ColorBy,
  times: OpTimes | null,
  palette: Palette,
): Shading {
  const coloring = colorings.find((each) => each.by === by) as Coloring;
  const known = times?.structure_hash === tape.structure.hash ? times : null;
  const { forward, backward } =
    by === "time" ? measureTimes(scene, known) : measureTensors(scene, tape, by, coloring);
  const all = [...forward, ...backward].filter((each) => each !== null);
  const scale = scaleOf(by, all);
  const shade = (measured: Measurement | null, tensor: number | null): Shade | null => {
    if (measured === null) return null;
    const color = colorOn(scale, measured, palette);
    const from = tensor === null ? 0 : (tape.revealed[tensor] ?? 0);
    const ink = inkOn(parseColor(color));
    return { look: measured.kind, color, ink, text: measuredInWords(by, measured), from };
  };
  const gradientOf = ({ output }: Item): number | null =>
    output === null ? null : (scene.structure.tensors[output]?.gradient ?? null);
  return {
    coloring,
    scale,
    note: by === "time" && known !== null ? timesInWords(tape.structure, known) : "",
    forward: scene.items.map((item) => shade(forward[item.index] ?? null, item.output)),
    backward: scene.items.map((item) => shade(backward[item.index] ?? null, gradientOf(item))),
  };
}

/** By item, of both its cards; null where a card wears no colour. */
interface Measurements {
  readonly forward: readonly (Measurement | null)[];
  readonly backward: readonly (Measurement | null)[];
}

function measureTimes(scene: Scene, times: OpTimes | null): Measurements {
  const { structure, items, itemOfOp } = scene;
  if (times === null) return { forward: [], backward: [] };
  const spent = timesOfItems(structure, itemOfOp, items.length, times);
  const told = (value: number): Measurement | null =>
    value === 0 ? null : { kind: "number", value };
  return {
    forward: Array.from(spent.forward, told),
    backward: Array.from(spent.backward, told),
  };
}

function measureTensors(
  scene: Scene,
  tape: Tape,
  by: TensorColorBy,
  coloring: Coloring,
): Measurements {
  const { items } = scene;
  return {
    forward: items.map(({ output }) =>
      coloring.of === "gradient" || output === null ? null : measure(tape, by, output),
    ),
    backward: items.map((item) => measureBackward(tape, by, coloring, item)),
  };
}

function measureBackward(
  tape: Tape,
  by: TensorColorBy,
  { of }: Coloring,
  item: Item,
): Measurement | null {
  const { kind, output } = item;
  if (of === "value" || output === null) return null;
  // The loss has the gradient 1 by definition: it would only stretch the scale.
  if (of === "gradient") return kind === "loss" ? null : measure(tape, by, output);
  const gradient = tape.structure.tensors[output]?.gradient ?? null;
  return gradient === null ? { kind: "none" } : measure(tape, by, gradient);
}

export function colorOn(scale: ColorScale, measured: Measurement, palette: Palette): string {
  switch (measured.kind) {
    case "number":
      return colorAt(scale, shareOn(scale, measured.value), palette);
    case "category": {
      const index = scale.kind === "categories" ? scale.names.indexOf(measured.name) : 0;
      return categoryColors[index % categoryColors.length] as string;
    }
    case "not-finite":
      return toCss(palette.danger);
    case "zero":
    case "none":
      return toCss(palette.zero);
  }
}

/** The colour at a share of the way from one end of a scale to the other. */
export function colorAt(scale: ColorScale, share: number, palette: Palette): string {
  if (scale.kind === "diverging") return toCss(mix(palette, 2 * share - 1, 1));
  return rising(share);
}
