/** Where the panels and ridges of layers stand, in CSS pixels. */

export interface RidgePlaces {
  readonly panelWidth: number;
  /** Of the axis within a panel: what is exactly zero stands left of it, what is not finite right. */
  readonly axisLeft: number;
  readonly axisWidth: number;
  readonly ridgeHeight: number;
  /** The base lines of the first ridge and of the last. */
  readonly firstBase: number;
  readonly lastBase: number;
  readonly panels: number;
  readonly ridges: number;
}

export interface RidgeSpot {
  readonly panel: number;
  readonly ridge: number;
}

export const RIDGE_HEAD = 16;
export const RIDGE_FOOT = 18;
/** Narrower, and the two ends of an axis would run into each other. */
export const LEAST_PANEL = 92;
const MOST_PANEL = 190;
/** Room for the share of zeros, and for that of numbers that are not finite. */
export const SIDE_SLOT = 9;
const MARGIN = 5;
const MOST_RIDGE = 44;

export function placeRidges(
  { panels, ridges }: { readonly panels: number; readonly ridges: number },
  width: number,
  height: number,
): RidgePlaces {
  const room = height - RIDGE_HEAD - RIDGE_FOOT;
  const panelWidth = Math.min(MOST_PANEL, Math.max(LEAST_PANEL, width / Math.max(1, panels)));
  // A few ridges stand apart; many overlap, but each keeps a fifth of the height for its shape.
  const ridgeHeight = Math.min(MOST_RIDGE, Math.max(room / 5, room / Math.max(1, ridges)));
  return {
    panelWidth,
    axisLeft: MARGIN + SIDE_SLOT,
    axisWidth: panelWidth - 2 * (MARGIN + SIDE_SLOT),
    ridgeHeight,
    firstBase: ridges > 1 ? RIDGE_HEAD + ridgeHeight : RIDGE_HEAD + room,
    lastBase: RIDGE_HEAD + room,
    panels,
    ridges,
  };
}

/** The base line of a ridge; the oldest stands highest, behind the others. */
export function baseOf({ firstBase, lastBase, ridges }: RidgePlaces, ridge: number): number {
  return ridges < 2 ? lastBase : firstBase + ((lastBase - firstBase) * ridge) / (ridges - 1);
}

/** The ridge whose base line is the nearest below a place. */
export function ridgeAt(places: RidgePlaces, x: number, y: number): RidgeSpot | null {
  const panel = Math.floor(x / places.panelWidth);
  if (panel < 0 || panel >= places.panels || places.ridges === 0) return null;
  const step = (places.lastBase - places.firstBase) / Math.max(1, places.ridges - 1);
  const ridge = step === 0 ? 0 : Math.ceil((y - places.firstBase) / step);
  return { panel, ridge: Math.min(places.ridges - 1, Math.max(0, ridge)) };
}

/** The ridge that an arrow key leads to, up to older ones; null for other keys. */
export function besideRidge(places: RidgePlaces, spot: RidgeSpot, key: string): RidgeSpot | null {
  const moves: Record<string, [panels: number, ridges: number]> = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
  };
  const move = moves[key];
  if (move === undefined) return null;
  const within = (at: number, count: number): number => Math.min(count - 1, Math.max(0, at));
  return {
    panel: within(spot.panel + move[0], places.panels),
    ridge: within(spot.ridge + move[1], places.ridges),
  };
}
