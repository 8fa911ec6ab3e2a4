/** Where a panel goes that belongs to a button: beside it, inside of the window. */

const GAP = 6;
const MARGIN = 12;
/** A panel that is this tall can be used, scrolling if need be. */
const ENOUGH = 320;

/** Puts a panel of the top layer below its button, or above it where there is more room. */
export function placeBeside(panel: HTMLElement, button: HTMLElement, align: "start" | "end"): void {
  const box = button.getBoundingClientRect();
  // Where the type is larger, lengths of the panel's own style are larger too.
  const zoom = panel.currentCSSZoom;
  const width = panel.offsetWidth * zoom;
  const length = (pixels: number): string => `${pixels / zoom}px`;
  const below = innerHeight - box.bottom - GAP - MARGIN;
  const above = box.top - GAP - MARGIN;
  const wanted = panel.scrollHeight * zoom;
  const opensUp = below < Math.min(wanted, ENOUGH) && above > below;
  panel.style.maxHeight = length(opensUp ? above : below);
  panel.style.top = opensUp ? "auto" : length(box.bottom + GAP);
  panel.style.bottom = opensUp ? length(innerHeight - box.top + GAP) : "auto";
  const left = align === "start" ? box.left : box.right - width;
  const rightmost = innerWidth - width - MARGIN;
  panel.style.left = length(Math.max(MARGIN, Math.min(left, rightmost)));
}
