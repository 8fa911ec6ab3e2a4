/** How the workbench is laid out: sizes, folds, theme, level. Remembered in this browser. */

import type { Level } from "../model/levels";
import { browserMemory, type Memory } from "./memory";

export type Appearance = "light" | "dark" | "projector";
export type Theme = "auto" | Appearance;
export type Orientation = "auto" | "horizontal" | "vertical";
export type Sheet = "recipe" | "inspector";
export type Panel = "recipe" | "inspector" | "dock";

interface Remembered {
  sizes: Record<Panel, number>;
  /** Only what a person folded or opened. */
  folded: Partial<Record<Panel, boolean>>;
  theme: Theme;
  level: Level;
  orientation: Orientation;
  pane: string;
}

const STORAGE_KEY = "gradtape.layout";
/** With both sides beside it, the graph would be too narrow to show two cards. */
const NARROW = "(max-width: 900px)";
/** Too narrow for all that the header can hold. */
const COMPACT = "(max-width: 1160px)";
const SHORT = "(max-height: 640px)";
/** Curves have room here, but until there are some the graph makes more of it. */
const LOW = "(max-height: 860px)";
const ROOMY_PX = 1_500;
const DARK = "(prefers-color-scheme: dark)";

export const SIZE_RANGES: Record<Panel, { smallest: number; largest: number; usual: number }> = {
  recipe: { smallest: 220, largest: 460, usual: 272 },
  inspector: { smallest: 260, largest: 640, usual: 344 },
  dock: { smallest: 132, largest: 480, usual: 256 },
};

const NEXT_THEME: Record<Theme, Theme> = {
  auto: "light",
  light: "dark",
  dark: "projector",
  projector: "auto",
};

function recall(memory: Memory): Partial<Remembered> {
  const stored = memory.getItem(STORAGE_KEY);
  if (stored === null) return {};
  try {
    return JSON.parse(stored) as Partial<Remembered>;
  } catch {
    // Written by something else or cut off: the usual layout is a fair answer.
    return {};
  }
}

export class LayoutState {
  sizes = $state<Record<Panel, number>>({
    recipe: SIZE_RANGES.recipe.usual,
    inspector: SIZE_RANGES.inspector.usual,
    dock: SIZE_RANGES.dock.usual,
  });
  #chosen = $state<Remembered["folded"]>({});
  theme = $state<Theme>("auto");
  level = $state<Level>("module");
  orientation = $state<Orientation>("auto");
  /** What the dock shows, by the key of its pane. */
  pane = $state("curves");
  /** Narrow screens show Recipe and Inspector as sheets, one at a time. */
  narrow = $state(false);
  /** The header keeps its menus behind one button. */
  compact = $state(false);
  sheet = $state<Sheet | null>(null);
  helpOpen = $state(false);
  searchOpen = $state(false);
  /** Whether there is a curve to be seen. */
  hasCurve = $state(false);
  #short = $state(false);
  #low = $state(false);
  #systemDark = $state(false);
  readonly #memory = browserMemory();

  readonly appearance: Appearance = $derived(
    this.theme === "auto" ? (this.#systemDark ? "dark" : "light") : this.theme,
  );

  readonly folded: Record<Panel, boolean> = $derived({
    recipe: this.#chosen.recipe ?? false,
    inspector: this.#chosen.inspector ?? false,
    // On a small screen the graph comes first; the curves open on demand.
    dock: this.#chosen.dock ?? (this.narrow || this.#short || (this.#low && !this.hasCurve)),
  });

  constructor() {
    const remembered = recall(this.#memory);
    // On a laptop the graph gets the room: its whole U-turn is to be in view.
    if (innerWidth < ROOMY_PX) Object.assign(this.sizes, { recipe: 240, inspector: 292 });
    this.sizes.dock = Math.min(SIZE_RANGES.dock.usual, Math.round(innerHeight * 0.24));
    Object.assign(this.sizes, remembered.sizes);
    this.theme = remembered.theme ?? "auto";
    this.level = remembered.level ?? "module";
    this.orientation = remembered.orientation ?? "auto";
    this.pane = remembered.pane ?? "curves";
    this.#chosen = remembered.folded ?? {};
    this.#follow(SHORT, (matches) => (this.#short = matches));
    this.#follow(LOW, (matches) => (this.#low = matches));
    this.#follow(COMPACT, (matches) => (this.compact = matches));
    this.#follow(NARROW, (matches) => (this.narrow = matches));
    this.#follow(DARK, (matches) => (this.#systemDark = matches));
  }

  resize(panel: Panel, size: number): void {
    const { smallest, largest } = SIZE_RANGES[panel];
    this.sizes[panel] = Math.round(Math.max(smallest, Math.min(largest, size)));
    this.#remember();
  }

  toggleFold(panel: Panel): void {
    this.#chosen[panel] = !this.folded[panel];
    this.#remember();
  }

  toggleSheet(sheet: Sheet): void {
    this.sheet = this.sheet === sheet ? null : sheet;
  }

  nextTheme(): void {
    this.theme = NEXT_THEME[this.theme];
    this.#remember();
  }

  setLevel(level: Level): void {
    this.level = level;
    this.#remember();
  }

  setOrientation(orientation: Orientation): void {
    this.orientation = orientation;
    this.#remember();
  }

  choosePane(key: string): void {
    this.pane = key;
    this.#remember();
  }

  #follow(query: string, tell: (matches: boolean) => void): void {
    const list = matchMedia(query);
    tell(list.matches);
    list.addEventListener("change", (event) => tell(event.matches));
  }

  #remember(): void {
    const { sizes, theme, level, orientation, pane } = this;
    const folded = this.#chosen;
    this.#memory.setItem(
      STORAGE_KEY,
      JSON.stringify({ sizes, folded, theme, level, orientation, pane } satisfies Remembered),
    );
  }
}
