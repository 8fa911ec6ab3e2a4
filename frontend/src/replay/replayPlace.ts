/** The place in a replay, in the fragment of its address: `#i=20&e=17&s=op.4`. */

import type { Selection } from "../model/selection";

export interface ReplayPlace {
  iteration: number | null;
  event: number | null;
  selection: Selection | null;
}

const SELECTION = /^(tensor|op|node|call|edge)\.(\d{1,12})$/;

function wholeNumber(text: string | null): number | null {
  return text !== null && /^\d{1,12}$/.test(text) ? Number(text) : null;
}

function readSelection(text: string | null): Selection | null {
  const [, kind, id] = SELECTION.exec(text ?? "") ?? [];
  return kind === undefined ? null : { kind: kind as Selection["kind"], id: Number(id) };
}

/** Reads a fragment; whatever cannot be read is null. */
export function readReplayPlace(fragment: string): ReplayPlace {
  const fields = new URLSearchParams(fragment.replace(/^#/, ""));
  return {
    iteration: wholeNumber(fields.get("i")),
    event: wholeNumber(fields.get("e")),
    selection: readSelection(fields.get("s")),
  };
}

export function writeReplayPlace({ iteration, event, selection }: ReplayPlace): string {
  const fields = new URLSearchParams();
  if (iteration !== null) fields.set("i", String(iteration));
  if (event !== null) fields.set("e", String(event));
  if (selection !== null) fields.set("s", `${selection.kind}.${selection.id}`);
  return `#${fields}`;
}
