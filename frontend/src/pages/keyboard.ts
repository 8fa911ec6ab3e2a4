/** What the keys of the workbench do. */

import { actionFor, type Action } from "../model/keys";
import { nextCallBoundary } from "../model/timeline";
import type { Stage } from "../stage/stage";
import type { Workbench } from "../state/workbench.svelte";

const TEXT_FIELDS = 'input:not([type="checkbox"], [type="radio"]), textarea, [contenteditable]';
/** Controls that Space or the arrow keys work by themselves. */
const OWN_KEYS = 'button, select, a[href], [role="tab"], input';

function belongsElsewhere(event: KeyboardEvent): boolean {
  const target = event.target instanceof Element ? event.target : null;
  if (event.defaultPrevented || target === null) return event.defaultPrevented;
  if (target.closest("dialog[open]") !== null || target.closest(TEXT_FIELDS) !== null) return true;
  const usesKey = event.key === " " || target.closest("select, input") !== null;
  return usesKey && target.closest(OWN_KEYS) !== null && !event.ctrlKey && !event.metaKey;
}

function callBoundary(workbench: Workbench, direction: 1 | -1): void {
  const structure = workbench.tape.current?.structure;
  if (structure === undefined) return;
  const { playhead } = workbench;
  playhead.scrubTo(nextCallBoundary(structure, playhead.position, direction));
}

function perform(action: Action, workbench: Workbench, stage: Stage | null): void {
  const { playhead, layout, recipe, selection } = workbench;
  const actions: Record<Action, () => unknown> = {
    stepForward: () => playhead.step(1),
    stepBackward: () => playhead.step(-1),
    callForward: () => callBoundary(workbench, 1),
    callBackward: () => callBoundary(workbench, -1),
    toStart: () => playhead.scrubTo(0),
    toEnd: () => playhead.scrubTo(playhead.total),
    playOrPause: () => playhead.toggle(),
    recordNext: () => workbench.recordNext(),
    trainOrPause: () => workbench.trainOrPause(),
    previousIteration: () => workbench.travelBy(-1),
    nextIteration: () => workbench.travelBy(1),
    zoomIn: () => stage?.zoomBy(1.25),
    zoomOut: () => stage?.zoomBy(0.8),
    fit: () => stage?.fit(),
    help: () => (layout.helpOpen = true),
    undo: () => recipe.undo(),
    redo: () => recipe.redo(),
    deselect: () => (layout.sheet === null ? selection.choose(null) : (layout.sheet = null)),
  };
  actions[action]();
}

/** Handles a key of the whole page. */
export function handleKey(event: KeyboardEvent, workbench: Workbench, stage: Stage | null): void {
  const action = actionFor(event);
  if (action === null || belongsElsewhere(event)) return;
  event.preventDefault();
  perform(action, workbench, stage);
}
