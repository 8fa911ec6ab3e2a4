/** When each card and edge of a scene comes alive, and with what numbers. */

import type { Structure } from "../../api/types";
import { flowOver, type Flow } from "../../model/flow";
import { tensorOf, type Tape } from "../../model/tape";
import type { Scene } from "../scene/scene";
import type { BackwardEdge } from "../scene/sceneEdges";

export type CardState = "not-yet" | "current" | "done";

export type { Flow } from "../../model/flow";

/** Of edges that carry nothing, or nothing yet. */
export const notYetWidth = 1.5;

export interface Timing {
  /** Playhead from which each item has begun, and from which all its ops have run. */
  readonly begins: Int32Array;
  readonly ends: Int32Array;
  /** Item that each event happens in; -1 for none. */
  readonly itemOfEvent: Int32Array;
  /** Leaf that an accumulate or update event is about; -1 for other events. */
  readonly leafOfEvent: Int32Array;
  /** Playhead from which each backward edge carries its gradient; -1 never. */
  readonly arrives: Int32Array;
  /** What each backward edge carries. */
  readonly flows: readonly Flow[];
  /** What the widths of this tape's edges range over. */
  readonly powers: Powers;
  /** Playhead from which the gradient of the loss itself is there; -1 never. */
  readonly turns: number;
}

export function timeScene(scene: Scene, tape: Tape): Timing {
  const { structure } = scene;
  const accumulated = accumulatedTensors(structure);
  const { begins, ends } = timeItems(scene);
  const itemOfEvent = new Int32Array(structure.events.length).fill(-1);
  const leafOfEvent = new Int32Array(structure.events.length).fill(-1);
  for (const [index, event] of structure.events.entries()) {
    if (event.kind === "update") leafOfEvent[index] = event.subject;
    else if (event.kind === "forward_op") itemOfEvent[index] = scene.itemOfOp[event.subject] ?? -1;
    else {
      const op = structure.nodes[event.subject]?.op ?? null;
      if (op !== null) itemOfEvent[index] = scene.itemOfOp[op] ?? -1;
      else leafOfEvent[index] = accumulated[event.subject] ?? -1;
    }
  }
  const gradientOfLoss =
    structure.loss === null ? null : tensorOf(structure, structure.loss).gradient;
  const flows = scene.backward.map((edge) => flowAlong(tape, edge));
  return {
    begins,
    ends,
    itemOfEvent,
    leafOfEvent,
    arrives: Int32Array.from(scene.backward, (edge) => firstArrival(tape, edge)),
    flows,
    powers: powersOf(flows),
    turns: gradientOfLoss == null ? -1 : (tape.revealed[gradientOfLoss] ?? -1),
  };
}

function timeItems(scene: Scene): { begins: Int32Array; ends: Int32Array } {
  const begins = new Int32Array(scene.items.length);
  const ends = new Int32Array(scene.items.length);
  const never = scene.structure.events.length + 1;
  for (const { index, kind } of scene.items) if (kind === "missing") begins[index] = never;
  for (const [index, event] of scene.structure.events.entries()) {
    if (event.kind !== "forward_op") continue;
    for (let op = event.first_op; op < event.end_op; op++) {
      const item = scene.itemOfOp[op] ?? -1;
      if (item < 0) continue;
      if (begins[item] === 0) begins[item] = index + 1;
      ends[item] = index + 1;
    }
  }
  return { begins, ends };
}

/** For each node the tensor that it accumulates into; -1 for other nodes. */
function accumulatedTensors(structure: Structure): Int32Array {
  const accumulated = new Int32Array(structure.nodes.length).fill(-1);
  for (const edge of structure.edges) {
    if (edge.of !== null && structure.nodes[edge.target]?.op === null)
      accumulated[edge.target] = edge.of;
  }
  return accumulated;
}

function firstArrival(tape: Tape, edge: BackwardEdge): number {
  let first = -1;
  for (const id of edge.edges) {
    const tensor = tape.structure.edges[id]?.tensor ?? null;
    const at = tensor === null ? -1 : (tape.revealed[tensor] ?? -1);
    if (at >= 0 && (first < 0 || at < first)) first = at;
  }
  return first;
}

/** What an edge of the stage carries: the norm over all gradients that run along it. */
function flowAlong(tape: Tape, edge: BackwardEdge): Flow {
  const gradients = edge.edges.map((id) => tape.structure.edges[id]?.tensor ?? null);
  return flowOver(
    tape,
    gradients.filter((id) => id !== null),
  );
}

/** The item in which the event at this playhead happens; -1 for none. */
export function currentItem(timing: Timing, playhead: number): number {
  return timing.itemOfEvent[playhead - 1] ?? -1;
}

export function currentLeaf(timing: Timing, playhead: number): number {
  return timing.leafOfEvent[playhead - 1] ?? -1;
}

/** State of an item's forward card. */
export function forwardState(
  scene: Scene,
  timing: Timing,
  item: number,
  playhead: number,
): CardState {
  const begins = timing.begins[item] as number;
  if (playhead < begins) return "not-yet";
  const isForward = scene.structure.events[playhead - 1]?.kind === "forward_op";
  if (isForward && currentItem(timing, playhead) === item) return "current";
  return playhead < (timing.ends[item] as number) ? "current" : "done";
}

/** State of an item's gradient card: current while one of the item's own nodes runs. */
export function backwardState(
  scene: Scene,
  tape: Tape,
  timing: Timing,
  item: number,
  playhead: number,
): CardState {
  const isBackward = scene.structure.events[playhead - 1]?.kind === "backward_node";
  if (isBackward && currentItem(timing, playhead) === item) return "current";
  const output = scene.items[item]?.output ?? null;
  const gradient = output === null ? null : (tensorOf(scene.structure, output).gradient ?? null);
  const from = gradient === null ? -1 : (tape.revealed[gradient] ?? -1);
  return from >= 0 && from <= playhead ? "done" : "not-yet";
}

/** The powers of ten between which norms are told apart by the width of their edges. */
export interface Powers {
  readonly from: number;
  readonly to: number;
}

/** The same for most tapes, so that their widths can be compared. */
const usualPowers: Powers = { from: -6, to: 3 };
const thinnest = 1.3;
const thickest = 8.5;

/** The usual powers, or wider ones where the tape's norms go beyond. */
function powersOf(flows: readonly Flow[]): Powers {
  let { from, to } = usualPowers;
  for (const flow of flows) {
    if (flow.kind !== "value") continue;
    const power = Math.log10(flow.norm);
    from = Math.min(from, Math.floor(power));
    to = Math.max(to, Math.ceil(power));
  }
  return { from, to };
}

/** Width of a gradient edge in pixels at scale 1: the same more for every power of ten. */
export function widthOfNorm(norm: number, { from, to }: Powers = usualPowers): number {
  const power = Math.min(to, Math.max(from, Math.log10(norm)));
  return thinnest + ((thickest - thinnest) * (power - from)) / (to - from);
}

/** Width of an edge that carries this. */
export function widthOfFlow(flow: Flow, powers: Powers): number {
  switch (flow.kind) {
    case "value":
      return widthOfNorm(flow.norm, powers);
    case "not-finite":
      return 9;
    case "zero":
    case "unreached":
      return notYetWidth;
  }
}
