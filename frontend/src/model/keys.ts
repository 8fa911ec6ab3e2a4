/** The keyboard of the workbench. */

export type Action =
  | "stepForward"
  | "stepBackward"
  | "callForward"
  | "callBackward"
  | "toStart"
  | "toEnd"
  | "playOrPause"
  | "recordNext"
  | "trainOrPause"
  | "branch"
  | "trainEpoch"
  | "previousIteration"
  | "nextIteration"
  | "zoomIn"
  | "zoomOut"
  | "fit"
  | "trace"
  | "help"
  | "undo"
  | "redo"
  | "search"
  | PanAction
  | "deselect";

export type PanAction = "panLeft" | "panRight" | "panUp" | "panDown";

export interface Key {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

/** Whether a key is pressed together with one that gives it another meaning. */
export function hasModifier({ shiftKey, ctrlKey, metaKey, altKey }: Omit<Key, "key">): boolean {
  return shiftKey || ctrlKey || metaKey || altKey;
}

const PLAIN: Record<string, Action> = {
  ArrowRight: "stepForward",
  ArrowLeft: "stepBackward",
  Home: "toStart",
  End: "toEnd",
  " ": "playOrPause",
  n: "recordNext",
  r: "trainOrPause",
  b: "branch",
  e: "trainEpoch",
  "[": "previousIteration",
  "]": "nextIteration",
  "+": "zoomIn",
  "=": "zoomIn",
  "-": "zoomOut",
  "−": "zoomOut",
  "0": "fit",
  t: "trace",
  "?": "help",
  "/": "search",
  Escape: "deselect",
};

const PANS: Record<string, PanAction> = {
  ArrowLeft: "panLeft",
  ArrowRight: "panRight",
  ArrowUp: "panUp",
  ArrowDown: "panDown",
};

/** What a key does, or null. */
export function actionFor(key: Key): Action | null {
  if (key.ctrlKey || key.metaKey) {
    if (key.altKey) return null;
    if (key.key.toLowerCase() === "k") return key.shiftKey ? null : "search";
    if (key.key.toLowerCase() === "z") return key.shiftKey ? "redo" : "undo";
    if (key.key.toLowerCase() === "y") return "redo";
    return key.shiftKey ? null : (PANS[key.key] ?? null);
  }
  if (key.altKey) return null;
  if (key.shiftKey && key.key === "ArrowRight") return "callForward";
  if (key.shiftKey && key.key === "ArrowLeft") return "callBackward";
  return PLAIN[key.key] ?? PLAIN[key.key.toLowerCase()] ?? null;
}

export interface KeyHelp {
  keys: string[];
  does: string;
}

export interface KeyGroup {
  group: string;
  keys: readonly KeyHelp[];
}

const TAPE_KEYS: KeyGroup = {
  group: "The tape",
  keys: [
    { keys: ["Space"], does: "play or pause" },
    { keys: ["←", "→"], does: "one event back or forward" },
    { keys: ["Shift ←", "Shift →"], does: "one call back or forward" },
    { keys: ["Home", "End"], does: "to the start or the end" },
  ],
};
const TRAVEL: KeyHelp = { keys: ["[", "]"], does: "previous or next recorded iteration" };
const GRAPH_KEYS: KeyGroup = {
  group: "The graph",
  keys: [
    { keys: ["Ctrl K", "/"], does: "search, and go there" },
    { keys: ["1", "2", "3", "4"], does: "modules, calls, ops or single numbers" },
    { keys: ["+", "−"], does: "zoom in or out" },
    { keys: ["0"], does: "show all of it" },
    { keys: ["Drag", "Ctrl ← ↑ → ↓"], does: "move the view" },
    { keys: ["T"], does: "trace what is selected: what it influences, and its gradient's way" },
    { keys: ["Shift click", "Shift drag"], does: "select several" },
    { keys: ["Esc"], does: "select nothing" },
    { keys: ["?"], does: "show these keys" },
  ],
};

const WALK_KEYS: KeyGroup = {
  group: "In the graph, after Tab or Enter",
  keys: [
    { keys: ["→", "←"], does: "to what uses a value, to what made it" },
    { keys: ["↑", "↓"], does: "among several; between a value and its gradient" },
    { keys: ["Home", "End"], does: "to the first card, to the loss" },
    { keys: ["Enter", "Esc"], does: "open a group; leave it, or the graph" },
  ],
};

/** The table of the workbench's help dialog. */
export const KEY_HELP: readonly KeyGroup[] = [
  TAPE_KEYS,
  {
    group: "Iterations",
    keys: [
      { keys: ["N"], does: "record the next iteration" },
      { keys: ["R"], does: "train; again to pause" },
      { keys: ["E"], does: "train to the end of the epoch" },
      TRAVEL,
      { keys: ["B"], does: "branch: go on from the shown iteration in a run of its own" },
    ],
  },
  GRAPH_KEYS,
  WALK_KEYS,
  {
    group: "The recipe",
    keys: [
      { keys: ["Alt ↑", "Alt ↓"], does: "move the layer that has the focus" },
      { keys: ["Delete"], does: "remove the layer that has the focus" },
      { keys: ["Ctrl Z", "Ctrl Shift Z"], does: "undo or redo a change" },
    ],
  },
];

/** The same for a replay, where nothing is trained and nothing changed. */
export const REPLAY_KEY_HELP: readonly KeyGroup[] = [
  TAPE_KEYS,
  { group: "Iterations", keys: [TRAVEL] },
  GRAPH_KEYS,
  WALK_KEYS,
];
