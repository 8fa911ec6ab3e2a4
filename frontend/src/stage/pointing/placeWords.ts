/** What is said of a place in the graph to somebody who does not see it. */

import { formatNumber } from "../../model/format";
import { tensorName } from "../../model/names";
import {
  gradientState,
  isVisible,
  statisticsOf,
  tensorOf,
  valuesOf,
  type Tape,
} from "../../model/tape";
import type { Geometry } from "../layout/geometry";
import type { Item } from "../scene/scene";
import { itemAt, samePlace, type Place, type Stand } from "./walk";
import { wordGradient } from "../cards/wording";

/** Name, op, shape, value, gradient and state of where somebody stands, in one breath. */
export function sayStand(geometry: Geometry, tape: Tape, playhead: number, stand: Stand): string {
  const { place, among } = stand;
  const item = itemAt(geometry.scene, place);
  if (item === null) return "";
  const parts =
    place.leaf === null
      ? sayCard(tape, item, place, playhead)
      : sayLeaf(tape, place.leaf, place, playhead);
  if (among.length > 1) {
    const at = among.findIndex((each) => samePlace(each, place)) + 1;
    parts.push(`${String(at)} of ${String(among.length)} here`);
  }
  return `${parts.filter((part) => part !== "").join(", ")}.`;
}

function sayCard(tape: Tape, item: Item, place: Place, playhead: number): string[] {
  const { structure } = tape;
  const opens = item.opens === null ? "" : "a group, Enter opens it";
  if (item.kind === "missing") return [item.name, item.detail, "does not work"];
  if (item.output === null) return [item.name, item.detail, opens];
  const shape = sayShape(tensorOf(structure, item.output).shape);
  return place.half === "forward"
    ? [
        item.name,
        item.detail,
        shape,
        sayValue(tape, item.output, playhead),
        sayGradient(tape, item.output, playhead),
        opens,
      ]
    : [
        `Gradient of ${item.name}`,
        item.detail,
        shape,
        sayGradient(tape, item.output, playhead),
        opens,
      ];
}

function sayLeaf(tape: Tape, leaf: number, place: Place, playhead: number): string[] {
  const { structure } = tape;
  const { role, shape } = tensorOf(structure, leaf);
  const name = tensorName(structure, leaf);
  const gradient = sayGradient(tape, leaf, playhead);
  return place.half === "forward"
    ? [name, role, sayShape(shape), sayValue(tape, leaf, playhead), gradient]
    : [`Gradient of ${name}`, sayShape(shape), gradient];
}

function sayShape(shape: readonly number[]): string {
  return shape.length === 0 ? "a single number" : `shape ${shape.join(" by ")}`;
}

function sayValue(tape: Tape, tensor: number, playhead: number): string {
  if (!isVisible(tape, tensor, playhead)) return "value not computed yet";
  const { shape } = tensorOf(tape.structure, tensor);
  const only = shape.length === 0 ? valuesOf(tape, tensor)?.values[0] : undefined;
  if (only !== undefined) return `value ${formatNumber(only)}`;
  const statistics = statisticsOf(tape, tensor);
  if (statistics === null) return "";
  if (statistics.non_finite > 0)
    return `${String(statistics.non_finite)} of its numbers are NaN or infinite`;
  return statistics.l2_norm === 0
    ? "value all zero"
    : `value norm ${formatNumber(statistics.l2_norm)}`;
}

function sayGradient(tape: Tape, tensor: number, playhead: number): string {
  const words = wordGradient(tape, tensor, playhead);
  switch (words.look) {
    case "none": {
      const state = gradientState(tape, tensor, playhead);
      return `no gradient: ${state.state === "none" ? state.reason : ""}`;
    }
    case "not-yet":
      return "gradient not yet";
    case "zero":
      return "gradient exactly zero";
    case "not-finite":
      return `gradient NaN: ${words.title}`;
    case "value":
      return words.text === "" ? "" : `gradient norm ${words.text}`;
  }
}
