/** What the stage writes on cards and chips. */

import type { Structure, Tensor } from "../../api/types";
import { formatNumber, formatShape, formatShapeShort } from "../../model/format";
import { moduleOf } from "../../model/names";
import { gradientState, statisticsOf, tensorOf, type Tape } from "../../model/tape";
import type { Item } from "../scene/scene";

/** How a gradient looks: the three states, and among the values those that need a warning. */
export type GradientLook = "none" | "not-yet" | "zero" | "not-finite" | "value";

export interface GradientWords {
  readonly look: GradientLook;
  /** `0.0312`, `not yet`, `no gradient`. */
  readonly text: string;
  /** The whole story, for the title and for screen readers. */
  readonly title: string;
  readonly tensor: number | null;
}

export function wordGradient(tape: Tape, tensor: number, playhead: number): GradientWords {
  const state = gradientState(tape, tensor, playhead);
  switch (state.state) {
    case "none":
      return {
        look: "none",
        text: "no gradient",
        title: `No gradient: ${state.reason}`,
        tensor: null,
      };
    case "not_yet":
      return { look: "not-yet", text: "not yet", title: "Not computed yet", tensor: null };
    case "value":
      return wordValue(tape, state.tensor);
  }
}

function wordValue(tape: Tape, tensor: number): GradientWords {
  const statistics = statisticsOf(tape, tensor);
  if (statistics === null) return { look: "value", text: "", title: "Numbers not kept", tensor };
  const { l2_norm, non_finite } = statistics;
  if (non_finite > 0) {
    const title = `${String(non_finite)} of the numbers are NaN or infinite`;
    return { look: "not-finite", text: "NaN", title, tensor };
  }
  if (l2_norm === 0)
    return { look: "zero", text: "0", title: "The gradient is exactly zero", tensor };
  const text = formatBriefly(l2_norm);
  return { look: "value", text, title: `Norm of the gradient ${formatNumber(l2_norm)}`, tensor };
}

/** Three significant digits, or two where three would not fit on a chip. */
function formatBriefly(value: number): string {
  const text = formatNumber(value, 3);
  return text.length > 7 ? formatNumber(value, 2) : text;
}

/** The name of a leaf on a chip: without the layer's name where it hangs at that layer. */
export function chipName(structure: Structure, item: Item, leaf: number): string {
  const name = tensorOf(structure, leaf).name ?? tensorOf(structure, leaf).role;
  const layer = moduleOf(structure, item.call?.id ?? structure.ops[item.firstOp]?.call ?? null);
  for (const prefix of [layer?.path, layer?.name]) {
    if (prefix != null && name.startsWith(`${prefix}.`)) return name.slice(prefix.length + 1);
  }
  return name;
}

export function shapeOf(structure: Structure, id: number | null): string {
  return id === null ? "" : formatShape(tensorOf(structure, id).shape);
}

export function chipShape(tensor: Tensor): string {
  return tensor.shape.length === 0 ? "" : formatShapeShort(tensor.shape);
}

/** `fc1, linear, output (100, 8), not computed yet`: the card in one breath. */
export function cardLabel(structure: Structure, item: Item, visible: boolean): string {
  const shape = shapeOf(structure, item.output);
  const what = item.detail === "" ? item.name : `${item.name}, ${item.detail}`;
  return `${what}, output ${shape}, ${visible ? "computed" : "not computed yet"}`;
}
