/** Which number a person points at, and which part of the larger grids they look at. */

import type { Axis, Place } from "../../model/numberPanel";

export type Half = "forward" | "backward";

export interface PointedNumber {
  readonly tensor: number;
  /** Among the stored numbers of the tensor. */
  readonly index: number;
  /** The card and the grid of it that the person points in. */
  readonly card: string;
  readonly half: Half;
  readonly panel: number;
}

const start: Place = { matrix: 0, row: 0, column: 0, inner: 0, innerColumn: 0 };
/** A value and its gradient are looked at in the same place; what made them is not the same. */
const shared: ReadonlySet<string> = new Set(["matrix", "row", "column"]);

export class NumberPointer {
  pointed: PointedNumber | null = null;
  /** Grows with every change, so that a card knows whether it has shown this. */
  version = 0;
  private readonly places = new Map<string, Place>();

  constructor(private readonly changed: () => void) {}

  point(pointed: PointedNumber | null): void {
    const { pointed: before } = this;
    const same =
      before?.tensor === pointed?.tensor &&
      before?.index === pointed?.index &&
      before?.card === pointed?.card &&
      before?.half === pointed?.half &&
      before?.panel === pointed?.panel;
    if (same) return;
    this.pointed = pointed;
    this.tell();
  }

  /** Where one looks on a half of a card. */
  placeOf(card: string, half: Half): Place {
    const both = this.places.get(card) ?? start;
    const own = this.places.get(`${half} ${card}`) ?? start;
    return { ...both, inner: own.inner, innerColumn: own.innerColumn };
  }

  scroll(card: string, half: Half, axis: Axis | "matrix", to: number): void {
    const key = shared.has(axis) ? card : `${half} ${card}`;
    this.places.set(key, { ...(this.places.get(key) ?? start), [axis]: to });
    this.tell();
  }

  /** Another structure: what was pointed at is no more. */
  clear(): void {
    this.places.clear();
    this.pointed = null;
    this.version += 1;
  }

  /** Cards have something else to say of the same number. */
  renew(): void {
    this.tell();
  }

  private tell(): void {
    this.version += 1;
    this.changed();
  }
}
