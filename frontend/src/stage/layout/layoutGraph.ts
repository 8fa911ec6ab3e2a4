/** What the layout is given and what it answers: plain arrays that a worker can pass on. */

/**
 * Leaves 0…leaves-1 stand in the tape's order; the groups follow them. Lengths run along the flow,
 * ascents and descents across it, away from the line that edges arrive on.
 */
export interface LayoutGraph {
  readonly leaves: number;
  readonly groups: number;
  /** Group (0…groups-1) around each node, leaves first; -1 at the top; lower than a group itself. */
  readonly parent: Int32Array;
  readonly length: Float64Array;
  readonly forwardAscent: Float64Array;
  readonly forwardDescent: Float64Array;
  readonly backwardAscent: Float64Array;
  readonly backwardDescent: Float64Array;
  /** Wires between leaves, `from` before `to`. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** Wires with the same trunk and source share a lane. */
  readonly trunk: Int32Array;
  readonly main: Uint8Array;
  readonly spacing: Spacing;
  /** Which groups are folded repeats, and the spacing inside of these. */
  readonly folded: Uint8Array;
  readonly foldSpacing: Spacing;
}

export interface Spacing {
  /** Between two columns. */
  readonly column: number;
  /** Between two rows that hold cards. */
  readonly row: number;
  /** Height of a row that only edges run in. */
  readonly lane: number;
  /** Inside a group's border, along the flow. */
  readonly padStart: number;
  readonly padEnd: number;
  readonly forwardPadAscent: number;
  readonly forwardPadDescent: number;
  readonly backwardPadAscent: number;
  readonly backwardPadDescent: number;
  /** Between the forward and the backward half. */
  readonly middle: number;
}

export interface Layout {
  /** Where each node starts along the flow, and how long it is; leaves first, then groups. */
  readonly start: Float64Array;
  readonly length: Float64Array;
  /** The line across the flow that edges arrive on, in the forward and in the backward half. */
  readonly forwardLine: Float64Array;
  readonly backwardLine: Float64Array;
  readonly forwardAscent: Float64Array;
  readonly forwardDescent: Float64Array;
  readonly backwardAscent: Float64Array;
  readonly backwardDescent: Float64Array;
  /** Points of wire w: pointStart[w]…pointStart[w+1]. */
  readonly pointStart: Int32Array;
  readonly along: Float64Array;
  readonly forwardAcross: Float64Array;
  readonly backwardAcross: Float64Array;
  readonly totalLength: number;
  /** Everything lies between these two across the flow. */
  readonly top: number;
  readonly bottom: number;
}
