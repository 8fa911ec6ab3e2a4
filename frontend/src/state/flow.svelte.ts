/** How the flow is looked at: along the depth, by colour, traced. What lasts is remembered. */

import type { ColorBy } from "../model/colorBy";
import type { FlowViewKey } from "../model/flowViews";
import type { DepthMeasure } from "../model/layerNorms";
import { browserMemory } from "./memory";

const STORAGE_KEY = "gradtape.flow";
/** Below this the graph needs the room. */
const SHORT = "(max-height: 860px), (max-width: 900px)";

interface Remembered {
  folded: boolean;
}

function recall(text: string | null): Partial<Remembered> {
  if (text === null) return {};
  try {
    return JSON.parse(text) as Partial<Remembered>;
  } catch {
    // Written by something else or cut off: the usual view is a fair answer.
    return {};
  }
}

export class FlowState {
  folded = $state(false);
  /** What a person chose; null: whichever says more about the network. */
  measure = $state<DepthMeasure | null>(null);
  /** What cards are coloured by; null: their own colours. */
  colorBy = $state<ColorBy | null>(null);
  /** Whether ops can be timed: a file has no network to run. */
  canTime = true;
  /** How the flow over time is shown in the dock, and whether each parameter has its own row. */
  overTime = $state<FlowViewKey>("gradient");
  perParameter = $state(false);
  /** Selecting lights all that is influenced, and the way of the gradient. */
  tracing = $state(false);
  readonly #memory = browserMemory();

  constructor() {
    const remembered = recall(this.#memory.getItem(STORAGE_KEY));
    this.folded = remembered.folded ?? matchMedia(SHORT).matches;
  }

  toggleFold(): void {
    this.folded = !this.folded;
    this.#remember();
  }

  #remember(): void {
    const { folded } = this;
    this.#memory.setItem(STORAGE_KEY, JSON.stringify({ folded } satisfies Remembered));
  }
}
