/** The exact place, in the fragment of the address: `#s=<session>&i=<iteration>&e=<event>`. */

export interface Place {
  session: string | null;
  iteration: number | null;
  event: number | null;
  /** The name, where the user changed it after the session was opened. */
  name: string | null;
}

function wholeNumber(text: string | null): number | null {
  return text !== null && /^\d{1,12}$/.test(text) ? Number(text) : null;
}

/** Reads a fragment; whatever cannot be read is null. */
export function readPlace(fragment: string): Place {
  const fields = new URLSearchParams(fragment.replace(/^#/, ""));
  return {
    session: fields.get("s"),
    iteration: wholeNumber(fields.get("i")),
    event: wholeNumber(fields.get("e")),
    name: fields.get("n"),
  };
}

export function writePlace(place: Place): string {
  const fields = new URLSearchParams();
  if (place.session !== null) fields.set("s", place.session);
  if (place.iteration !== null) fields.set("i", String(place.iteration));
  if (place.event !== null) fields.set("e", String(place.event));
  if (place.name !== null) fields.set("n", place.name);
  return `#${fields}`;
}
