/** A laid-out scene in world coordinates: every card, chip, frame and edge with its place. */

import type { Tensor } from "../../api/types";
import type { Layout, LayoutGraph } from "./layoutGraph";
import {
  backwardSize,
  chip,
  chipGap,
  forwardSize,
  labelRoom,
  spacingFor,
  spacingForwardOnly,
  spacingOfFold,
  stackHeight,
  turnReach,
  type Orientation,
  type Size,
} from "./measures";
import type { Item, Scene } from "../scene/scene";

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Corner points x, y, x, y…: straight between equal heights, curved where the row changes. */
export type Path = Float64Array;

export interface Geometry {
  readonly scene: Scene;
  /** What it was made from: the same for all steps that a folded repeat may show. */
  readonly layout: Layout;
  readonly orientation: Orientation;
  /** By item. */
  readonly cards: readonly Rect[];
  /** By item, as everything about gradients here; empty where no backward pass was recorded. */
  readonly gradientCards: readonly Rect[];
  /** By item, one for each of its `leaves`. */
  readonly chips: readonly (readonly Rect[])[];
  /** By item, one for each of its leaves; null for leaves that never have a gradient. */
  readonly gradientChips: readonly (readonly (Rect | null)[])[];
  /** By frame. */
  readonly frames: readonly Rect[];
  readonly gradientFrames: readonly Rect[];
  /** By forward edge, by backward edge. */
  readonly forwardPaths: readonly Path[];
  readonly backwardPaths: readonly Path[];
  /** From the loss round to its gradient; null without a loss. */
  readonly turn: Path | null;
  readonly bounds: Rect;
}

/** Whether a leaf gets a gradient chip below: buffers and targets never do. */
export function mayHaveGradient(tensor: Tensor | undefined): boolean {
  return tensor?.role === "parameter";
}

/** Gradient chips of an item: how many of its leaves may have one. */
function gradientLeaves(scene: Scene, item: Item): number {
  if (!scene.turnsBack) return 0;
  return item.leaves.filter((id) => mayHaveGradient(scene.structure.tensors[id])).length;
}

/** The scene as the layout wants it: extents along and across the flow. */
export function toLayoutGraph(scene: Scene, orientation: Orientation): LayoutGraph {
  const { items, frames, wires } = scene;
  const blocks = items.map((item) => measureBlock(scene, item, orientation));
  const spacing = scene.turnsBack ? spacingFor(orientation) : spacingForwardOnly(orientation);
  return {
    leaves: items.length,
    groups: frames.length,
    parent: Int32Array.from([
      ...items.map((item) => item.frame),
      ...frames.map((frame) => frame.parent),
    ]),
    length: Float64Array.from(blocks, (block) => block.length),
    forwardAscent: Float64Array.from(blocks, (block) => block.forwardAscent),
    forwardDescent: Float64Array.from(blocks, (block) => block.forwardDescent),
    backwardAscent: Float64Array.from(blocks, (block) => block.backwardAscent),
    backwardDescent: Float64Array.from(blocks, (block) => block.backwardDescent),
    from: Int32Array.from(wires, (wire) => wire.from),
    to: Int32Array.from(wires, (wire) => wire.to),
    trunk: Int32Array.from(wires, (wire) => wire.tensor),
    main: Uint8Array.from(wires, (wire) => Number(wire.main)),
    spacing,
    folded: Uint8Array.from(frames, (frame) => Number(frame.folded)),
    foldSpacing: spacingOfFold(spacing, orientation),
  };
}

const nothing: Size = { width: 0, height: 0 };

interface Block {
  readonly length: number;
  readonly forwardAscent: number;
  readonly forwardDescent: number;
  readonly backwardAscent: number;
  readonly backwardDescent: number;
}

function measureBlock(scene: Scene, item: Item, orientation: Orientation): Block {
  const forward = forwardSize(item);
  const backward = scene.turnsBack ? backwardSize(item) : nothing;
  const [chips, gradientChips] = [item.leaves.length, gradientLeaves(scene, item)];
  if (orientation === "horizontal") {
    const below = (count: number): number => (count === 0 ? 0 : chipGap.first + stackHeight(count));
    return {
      length: Math.max(forward.width, backward.width, chips === 0 ? 0 : chip.width),
      forwardAscent: forward.height / 2,
      forwardDescent: forward.height / 2 + below(chips),
      backwardAscent: backward.height / 2,
      backwardDescent: backward.height / 2 + below(gradientChips),
    };
  }
  const beside = (count: number): number => (count === 0 ? 0 : chipGap.first + chip.width);
  return {
    length: Math.max(
      forward.height,
      backward.height,
      stackHeight(chips),
      stackHeight(gradientChips),
    ),
    forwardAscent: forward.width / 2,
    forwardDescent: forward.width / 2 + beside(chips),
    backwardAscent: backward.width / 2,
    backwardDescent: backward.width / 2 + beside(gradientChips),
  };
}

export function toGeometry(scene: Scene, layout: Layout, orientation: Orientation): Geometry {
  const place = placer(layout, orientation);
  const cards = scene.items.map((item) =>
    place.card(item.index, layout.forwardLine, forwardSize(item)),
  );
  const returning = scene.turnsBack ? scene.items : [];
  const gradientCards = returning.map((item) =>
    place.card(item.index, layout.backwardLine, backwardSize(item)),
  );
  return {
    scene,
    layout,
    orientation,
    cards,
    gradientCards,
    chips: scene.items.map((item) =>
      stack(cards[item.index] as Rect, item.leaves.length, orientation),
    ),
    gradientChips: returning.map((item) =>
      stackGradients(scene, item, gradientCards[item.index] as Rect, orientation),
    ),
    frames: scene.frames.map((frame) => place.frame(scene.items.length + frame.index, "forward")),
    gradientFrames: (scene.turnsBack ? scene.frames : []).map((frame) =>
      place.frame(scene.items.length + frame.index, "backward"),
    ),
    ...traceEdges(scene, layout, orientation, cards, gradientCards),
    bounds: place.bounds(),
  };
}

/**
 * The geometry of a scene in which folded repeats show other steps; null if it would not stand in
 * the same places.
 */
export function showSteps(geometry: Geometry, scene: Scene): Geometry | null {
  return standsAlike(geometry.scene, scene)
    ? toGeometry(scene, geometry.layout, geometry.orientation)
    : null;
}

function standsAlike(before: Scene, after: Scene): boolean {
  return (
    before.wires.length === after.wires.length &&
    before.frames.length === after.frames.length &&
    before.items.length === after.items.length &&
    before.items.every(({ kind, leaves }, i) => {
      const twin = after.items[i];
      return kind === twin?.kind && leaves.length === twin.leaves.length;
    })
  );
}

interface Placer {
  card(node: number, lines: Float64Array, size: Size): Rect;
  frame(node: number, half: "forward" | "backward"): Rect;
  bounds(): Rect;
}

/** Turns along and across the flow into x and y. */
function placer(layout: Layout, orientation: Orientation): Placer {
  const toRect = (along: number, across: number, length: number, breadth: number): Rect =>
    orientation === "horizontal"
      ? { x: along, y: across, width: length, height: breadth }
      : { x: across, y: along, width: breadth, height: length };
  const at = (values: Float64Array, index: number): number => values[index] as number;
  return {
    card(node, lines, size) {
      const [length, breadth] =
        orientation === "horizontal" ? [size.width, size.height] : [size.height, size.width];
      const along = at(layout.start, node) + (at(layout.length, node) - length) / 2;
      return toRect(along, at(lines, node) - breadth / 2, length, breadth);
    },
    frame(node, half) {
      const [lines, ascents, descents] =
        half === "forward"
          ? [layout.forwardLine, layout.forwardAscent, layout.forwardDescent]
          : [layout.backwardLine, layout.backwardAscent, layout.backwardDescent];
      const breadth = at(ascents, node) + at(descents, node);
      const across = at(lines, node) - at(ascents, node);
      return toRect(at(layout.start, node), across, at(layout.length, node), breadth);
    },
    bounds() {
      const across = layout.bottom - layout.top;
      // The labels stand before the flow's start where it runs down, above and below it elsewhere.
      return orientation === "horizontal"
        ? toRect(
            0,
            layout.top - labelRoom,
            layout.totalLength + turnReach * 0.8,
            across + 2 * labelRoom,
          )
        : toRect(-labelRoom, layout.top, layout.totalLength + turnReach * 0.8 + labelRoom, across);
    },
  };
}

/** Places of chips below a card, or to the right of it where the flow runs down. */
function stack(card: Rect, count: number, orientation: Orientation): Rect[] {
  const horizontal = orientation === "horizontal";
  const x = horizontal
    ? card.x + (card.width - chip.width) / 2
    : card.x + card.width + chipGap.first;
  const y = horizontal
    ? card.y + card.height + chipGap.first
    : card.y + (card.height - stackHeight(count)) / 2;
  return Array.from({ length: count }, (_, k) => ({
    x,
    y: y + k * (chip.height + chipGap.next),
    width: chip.width,
    height: chip.height,
  }));
}

function stackGradients(
  scene: Scene,
  item: Item,
  card: Rect,
  orientation: Orientation,
): (Rect | null)[] {
  const places = stack(card, gradientLeaves(scene, item), orientation);
  return item.leaves.map((id) =>
    mayHaveGradient(scene.structure.tensors[id]) ? (places.shift() ?? null) : null,
  );
}

type Traced = Pick<Geometry, "forwardPaths" | "backwardPaths" | "turn">;

function traceEdges(
  scene: Scene,
  layout: Layout,
  orientation: Orientation,
  cards: readonly Rect[],
  gradientCards: readonly Rect[],
): Traced {
  const trace = (wire: number, across: Float64Array, ends: readonly Rect[]): Path =>
    tracePath(layout, orientation, wire, across, [
      ends[scene.wires[wire]?.from ?? 0] as Rect,
      ends[scene.wires[wire]?.to ?? 0] as Rect,
    ]);
  const lossCard = cards[scene.loss];
  const seed = gradientCards[scene.loss];
  return {
    forwardPaths: scene.forward.map((edge) => trace(edge.wire, layout.forwardAcross, cards)),
    backwardPaths: scene.backward.map((edge) =>
      reversed(trace(edge.wire, layout.backwardAcross, gradientCards)),
    ),
    turn:
      lossCard === undefined || seed === undefined ? null : traceTurn(lossCard, seed, orientation),
  };
}

/** The points of a wire without those that lie on a straight line between others. */
function tracePath(
  layout: Layout,
  orientation: Orientation,
  wire: number,
  across: Float64Array,
  [from, to]: readonly [Rect, Rect],
): Path {
  const [first, end] = [layout.pointStart[wire] as number, layout.pointStart[wire + 1] as number];
  const horizontal = orientation === "horizontal";
  const points: [number, number][] = [];
  for (let i = first; i < end; i++) {
    let along = layout.along[i] as number;
    // A card can be shorter than the room kept for it and its chips.
    if (i === first) along = horizontal ? from.x + from.width : from.y + from.height;
    if (i === end - 1) along = horizontal ? to.x : to.y;
    const v = across[i] as number;
    const [before, last] = [points.at(-2), points.at(-1)];
    if (last?.[0] === along && last[1] === v) continue;
    if (last?.[1] === v && before?.[1] === v) last[0] = along;
    else points.push([along, v]);
  }
  return Float64Array.from(points.flatMap(([u, v]) => (horizontal ? [u, v] : [v, u])));
}

function reversed(path: Path): Path {
  const result = new Float64Array(path.length);
  for (let i = 0; i < path.length; i += 2) {
    result[path.length - 2 - i] = path[i] as number;
    result[path.length - 1 - i] = path[i + 1] as number;
  }
  return result;
}

/** Start and end of the turn; the painter draws the bow between them. */
function traceTurn(loss: Rect, seed: Rect, orientation: Orientation): Path {
  return orientation === "horizontal"
    ? Float64Array.of(
        loss.x + loss.width,
        loss.y + loss.height / 2,
        seed.x + seed.width,
        seed.y + seed.height / 2,
      )
    : Float64Array.of(
        loss.x + loss.width / 2,
        loss.y + loss.height,
        seed.x + seed.width / 2,
        seed.y + seed.height,
      );
}
