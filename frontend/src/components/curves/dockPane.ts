/** One of the things that the dock below the stage can show. */

import type { Snippet } from "svelte";

export interface DockPane {
  key: string;
  title: string;
  /** How much there is to see in it; nothing at 0. */
  count?: number;
  content: Snippet;
}
