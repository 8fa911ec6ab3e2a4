/** The elements of chips: parameters, buffers and targets, and below them their gradients. */

import { formatCount, formatNumber } from "../../model/format";
import { tensorName } from "../../model/names";
import { isVisible, statisticsOf, tensorOf, type Tape } from "../../model/tape";
import type { StageElement } from "./cardElements";
import { make, makeCanvas, setAttribute, setClass, setText } from "../dom";
import type { Size } from "../layout/measures";
import type { Picture } from "../pictures/picture";
import type { Item } from "../scene/scene";
import { currentLeaf } from "../flow/timing";
import { chipName, chipShape, wordGradient } from "./wording";

const swatchSize: Size = { width: 18, height: 13 };

interface ChipParts {
  readonly root: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  readonly value: HTMLElement;
}

function makeChip(className: string, name: string): ChipParts {
  const root = make("div", `stage-chip ${className}`);
  root.tabIndex = -1;
  root.setAttribute("role", "button");
  const canvas = makeCanvas("stage-chip-swatch");
  const value = make("span", "stage-chip-value");
  const shown = make("span", "stage-chip-name");
  shown.append(make("bdi", "", name));
  root.append(canvas, shown, value);
  return { root, canvas, value };
}

export function makeLeafChip(item: Item, leaf: number, picture: Picture): StageElement {
  const { structure } = picture.tape;
  const tensor = tensorOf(structure, leaf);
  const { root, canvas, value } = makeChip(
    `stage-chip--${tensor.role}`,
    chipName(structure, item, leaf),
  );
  root.dataset.chip = String(leaf);
  const uses = picture.geometry.scene.uses[leaf] ?? 0;
  if (uses > 1) value.before(make("span", "stage-chip-uses", `×${formatCount(uses)}`));
  const shared = uses > 1 ? `, used in ${formatCount(uses)} places` : "";
  setText(value, chipShape(tensor));
  const updated = structure.tensors.find((other) => other.role === "updated" && other.of === leaf);
  return {
    root,
    update({ tape, timing, playhead, spot, changed }, heatmaps) {
      const isUpdated = updated !== undefined && isVisible(tape, updated.id, playhead);
      const shown = isUpdated ? updated.id : leaf;
      const event = tape.structure.events[playhead - 1];
      const isCurrent = event?.kind === "update" && currentLeaf(timing, playhead) === leaf;
      setAttribute(root, "data-state", isCurrent ? "current" : "done");
      setClass(root, "is-updated", isUpdated);
      setClass(
        root,
        "is-selected",
        spot.chips.has(leaf) || (isUpdated && spot.chips.has(updated.id)),
      );
      const label = `${tensorName(tape.structure, shown)}, ${tensor.role} ${chipShape(tensor)}${shared}`;
      setAttribute(root, "aria-label", label);
      setClass(root, "is-changed", changed.has(shown));
      heatmaps.request(canvas, shown, swatchSize);
    },
  };
}

export function makeGradientChip(item: Item, leaf: number, picture: Picture): StageElement {
  const { structure } = picture.tape;
  // Which layer's it is can be read on the chip above it.
  const name = chipName(structure, item, leaf).split(".").at(-1) ?? "";
  const { root, canvas, value } = makeChip("stage-chip--gradient", `∂${name}`);
  const whole = tensorOf(structure, leaf).gradient ?? null;
  const part = partFor(picture, item, leaf);
  root.dataset.chip = whole === null ? `none:${String(leaf)}` : String(whole);
  return {
    root,
    update(picture, heatmaps) {
      const { tape, timing, playhead, spot, changed } = picture;
      const words = wordGradient(tape, leaf, playhead);
      const partial = part !== null && isVisible(tape, part, playhead) ? part : null;
      const isHere = currentLeaf(timing, playhead) === leaf;
      const isAccumulated = isHere && tape.structure.events[playhead - 1]?.kind === "accumulate";
      const isThere = words.tensor !== null || partial !== null;
      setAttribute(root, "data-state", isAccumulated ? "current" : isThere ? "done" : "not-yet");
      setAttribute(
        root,
        "data-look",
        partial !== null && words.look === "not-yet" ? "value" : words.look,
      );
      setText(value, words.look === "none" ? "none" : chipValue(tape, partial, words.text));
      const full = `∂loss/∂${tensorName(tape.structure, leaf)}`;
      setAttribute(root, "aria-label", `${full}. ${words.title}`);
      setClass(root, "is-selected", whole !== null && spot.chips.has(whole));
      const shown = partial ?? words.tensor;
      setClass(root, "is-changed", shown !== null && changed.has(shown));
      heatmaps.request(canvas, shown, swatchSize);
    },
  };
}

export function chipValue(tape: Tape, partial: number | null, whole: string): string {
  if (partial === null) return whole;
  return `+${formatNumber(statisticsOf(tape, partial)?.l2_norm ?? NaN, 2)}`;
}

/** The part of a shared parameter's gradient that came from this item; null where nothing is added. */
export function partFor({ geometry, tape }: Picture, item: Item, leaf: number): number | null {
  const { structure } = tape;
  const arriving = structure.edges.filter((edge) => edge.of === leaf && edge.tensor !== null);
  if (arriving.length < 2) return null;
  const own = arriving.find((edge) => {
    const op = structure.nodes[edge.source]?.op ?? null;
    return op !== null && geometry.scene.itemOfOp[op] === item.index;
  });
  return own?.tensor ?? null;
}
