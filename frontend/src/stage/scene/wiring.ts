/** The wires between items, each made when it is first asked for. */

import type { Item } from "./scene";
import type { Wire } from "./sceneEdges";

/** Items that a wire has to pass through where it does not run straight from one to the other. */
export type Detour = (from: number, to: number) => readonly number[];

export class Wiring {
  readonly wires: Wire[];
  private readonly byPair = new Map<number, number[]>();
  /** For each pair the wire of each tensor that was asked for. */
  private readonly byTensor = new Map<number, Map<number, number>>();
  private readonly mainItems: Uint8Array;

  /**
   * `known` wires are used again: the first tensor between two items takes the first wire between
   * them. What cannot run along one of them is led through a detour if that is possible.
   */
  constructor(
    private readonly items: readonly Item[],
    known: readonly Wire[] = [],
    private readonly detour: Detour | null = null,
  ) {
    this.wires = [...known];
    this.mainItems = Uint8Array.from(items, (item) => Number(item.kind === "input"));
    for (const [wire, { from, to, main }] of known.entries()) {
      this.wiresOf(this.pairOf(from, to)).push(wire);
      if (main) this.mainItems[to] = 1;
    }
  }

  /** The wires that lead a tensor from one item to a later one. */
  way(from: number, to: number, tensor: number): number[] {
    if (this.detour === null || this.byPair.has(this.pairOf(from, to)))
      return [this.between(from, to, tensor)];
    const stops = [from, ...this.detour(from, to), to];
    const wires: number[] = [];
    for (let at = 0; at < stops.length - 1;) {
      const next = this.farthest(stops, at);
      // Nothing leads there yet: a wire of its own, which needs a new layout.
      if (next < 0) return [this.between(from, to, tensor)];
      wires.push(this.between(stops[at] as number, stops[next] as number, tensor));
      at = next;
    }
    return wires;
  }

  /** Whether different tensors run along this wire: those of hidden steps. */
  isShared(wire: number): boolean {
    const { from, to } = this.wires[wire] as Wire;
    return this.isHidden(from) || this.isHidden(to);
  }

  private farthest(stops: readonly number[], at: number): number {
    for (let next = stops.length - 1; next > at; next--) {
      if (this.byPair.has(this.pairOf(stops[at] as number, stops[next] as number))) return next;
    }
    return -1;
  }

  private between(from: number, to: number, tensor: number): number {
    const pair = this.pairOf(from, to);
    let known = this.byTensor.get(pair);
    if (known === undefined) {
      known = new Map();
      this.byTensor.set(pair, known);
    }
    const name = this.isHidden(from) || this.isHidden(to) ? -1 : tensor;
    let wire = known.get(name);
    if (wire === undefined) {
      wire = this.wiresOf(pair)[known.size] ?? this.add(pair, from, to, tensor);
      known.set(name, wire);
    }
    return wire;
  }

  private add(pair: number, from: number, to: number, tensor: number): number {
    const main = this.mainItems[from] === 1;
    if (main) this.mainItems[to] = 1;
    const wire = this.wires.push({ from, to, tensor, main }) - 1;
    this.wiresOf(pair).push(wire);
    return wire;
  }

  private isHidden(item: number): boolean {
    return this.items[item]?.kind === "hidden";
  }

  private pairOf(from: number, to: number): number {
    return from * this.items.length + to;
  }

  private wiresOf(pair: number): number[] {
    let wires = this.byPair.get(pair);
    if (wires === undefined) {
      wires = [];
      this.byPair.set(pair, wires);
    }
    return wires;
  }
}
