/** What the keys do, on every page with a stage. */

import { actionFor, type Action } from "../model/keys";
import { levelOfKey } from "../model/levels";
import { nextCallBoundary } from "../model/timeline";
import type { Stage } from "../stage/stage";
import type { Viewer } from "../state/viewer.svelte";
import type { Workbench } from "../state/workbench.svelte";

export type Actions = Partial<Record<Action, () => unknown>>;

const TEXT_FIELDS = 'input:not([type="checkbox"], [type="radio"]), textarea, [contenteditable]';
/** Controls that Space or the arrow keys work by themselves. */
const OWN_KEYS = 'button, select, summary, a[href], [role="tab"], input';

function belongsElsewhere(event: KeyboardEvent): boolean {
  const target = event.target instanceof Element ? event.target : null;
  if (event.defaultPrevented || target === null) return event.defaultPrevented;
  if (target.closest("dialog[open]") !== null) return true;
  // While typing, Ctrl+K still searches the graph: the browser would leave the page for it.
  const isSearch = event.ctrlKey || event.metaKey ? actionFor(event) === "search" : false;
  if (target.closest(TEXT_FIELDS) !== null) return !isSearch;
  const usesKey = event.key === " " || target.closest("select, input") !== null;
  return usesKey && target.closest(OWN_KEYS) !== null && !event.ctrlKey && !event.metaKey;
}

function callBoundary(viewer: Viewer, direction: 1 | -1): void {
  const structure = viewer.tape.current?.structure;
  if (structure === undefined) return;
  const { playhead } = viewer;
  playhead.scrubTo(nextCallBoundary(structure, playhead.position, direction));
}

const PAN_PX = 80;

function viewerActions(viewer: Viewer, stage: Stage | null): Actions {
  const { playhead, layout, flow, selection } = viewer;
  return {
    stepForward: () => playhead.step(1),
    stepBackward: () => playhead.step(-1),
    callForward: () => callBoundary(viewer, 1),
    callBackward: () => callBoundary(viewer, -1),
    toStart: () => playhead.scrubTo(0),
    toEnd: () => playhead.scrubTo(playhead.total),
    playOrPause: () => playhead.toggle(),
    previousIteration: () => viewer.travelBy(-1),
    nextIteration: () => viewer.travelBy(1),
    zoomIn: () => stage?.zoomBy(1.25),
    zoomOut: () => stage?.zoomBy(0.8),
    fit: () => stage?.fit(),
    trace: () => (flow.tracing = !flow.tracing),
    panLeft: () => stage?.panBy(PAN_PX, 0),
    panRight: () => stage?.panBy(-PAN_PX, 0),
    panUp: () => stage?.panBy(0, PAN_PX),
    panDown: () => stage?.panBy(0, -PAN_PX),
    help: () => (layout.helpOpen = true),
    search: () => (layout.searchOpen = true),
    deselect: () => (layout.sheet === null ? selection.choose(null) : (layout.sheet = null)),
  };
}

/** What only the workbench can do. */
export function workbenchActions(workbench: Workbench): Actions {
  const { recipe } = workbench;
  return {
    recordNext: () => workbench.recordNext(),
    trainOrPause: () => workbench.trainOrPause(),
    branch: () => workbench.branch(),
    trainEpoch: () => workbench.trainEpoch(),
    undo: () => recipe.undo(),
    redo: () => recipe.redo(),
  };
}

/** Handles a key of the whole page; `more` is what the page can do beyond looking. */
export function handleKey(
  event: KeyboardEvent,
  viewer: Viewer,
  stage: Stage | null,
  more: Actions = {},
): void {
  const level = levelOfKey(event);
  if (level !== null && !belongsElsewhere(event)) viewer.layout.setLevel(level);
  const action = actionFor(event);
  if (action === null || belongsElsewhere(event)) return;
  const perform = { ...viewerActions(viewer, stage), ...more }[action];
  if (perform === undefined) return;
  event.preventDefault();
  perform();
}
