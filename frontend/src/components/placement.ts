/** Where a panel goes that belongs to a button: beside it, inside of the window. */

const GAP = 6;
const MARGIN = 12;
/** A panel that is this tall can be used, scrolling if need be. */
const ENOUGH = 320;

/** Puts a panel of the top layer below its button, or above it where there is more room. */
export function placeBeside(panel: HTMLElement, button: HTMLElement, align: "start" | "end"): void {
  const box = button.getBoundingClientRect();
  const below = innerHeight - box.bottom - GAP - MARGIN;
  const above = box.top - GAP - MARGIN;
  const wanted = panel.scrollHeight;
  const opensUp = below < Math.min(wanted, ENOUGH) && above > below;
  panel.style.maxHeight = `${opensUp ? above : below}px`;
  panel.style.top = opensUp ? "auto" : `${box.bottom + GAP}px`;
  panel.style.bottom = opensUp ? `${innerHeight - box.top + GAP}px` : "auto";
  const left = align === "start" ? box.left : box.right - panel.offsetWidth;
  const rightmost = innerWidth - panel.offsetWidth - MARGIN;
  panel.style.left = `${Math.max(MARGIN, Math.min(left, rightmost))}px`;
}
