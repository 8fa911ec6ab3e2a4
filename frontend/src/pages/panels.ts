/** The sides of a page: how wide they are, and the lines that resize them. */

import { SIZE_RANGES, type LayoutState, type Panel } from "../state/layout.svelte";

const FOLDED_PX = { recipe: 34, inspector: 34, dock: 40 };

/** Props of the line beside a panel. */
export function separatorProps(layout: LayoutState, panel: Panel) {
  const { smallest, largest } = SIZE_RANGES[panel];
  return {
    size: layout.sizes[panel],
    smallest,
    largest,
    onResize: (size: number) => layout.resize(panel, size),
    onFold: () => layout.toggleFold(panel),
  };
}

/** The room of a panel in the page's grid. */
export function panelSize(layout: LayoutState, panel: Panel): string {
  return `${layout.folded[panel] ? FOLDED_PX[panel] : layout.sizes[panel]}px`;
}
