/** When zooming opens a card or closes it again: with so much room between that it never flickers. */

/** From this scale on, going nearer opens the card under the pointer. */
export const openingScale = 1.75;
/** Below this scale, going farther closes what zooming had opened. */
export const closingScale = 0.6;
/** What has been opened is seen at a scale between these: readable, and far from either threshold. */
const nearestOpened = 1.25;
const farthestOpened = 0.9;

export type Crossing = "in" | "out" | null;

/** What a zoom by a factor that has led to this scale crosses. */
export function crossingOf(factor: number, scale: number): Crossing {
  if (factor > 1 && scale >= openingScale) return "in";
  if (factor < 1 && scale <= closingScale) return "out";
  return null;
}

/** The scale at which an opened card is about as wide on the screen as it was closed. */
export function scaleAfterOpening(scale: number, widthBefore: number, widthAfter: number): number {
  const same = (scale * widthBefore) / widthAfter;
  return Math.min(nearestOpened, Math.max(farthestOpened, same));
}
