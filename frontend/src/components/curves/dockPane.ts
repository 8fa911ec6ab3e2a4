/** One of the things that the dock below the stage can show. */

import type { Snippet } from "svelte";

export interface DockPane {
  key: string;
  title: string;
  content: Snippet;
}
