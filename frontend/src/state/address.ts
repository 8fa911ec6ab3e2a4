/** The place in the address bar and the browser's history. */

import { writePlace, type Place } from "../model/permalink";

const QUIET_MILLISECONDS = 250;

export class Address {
  /** Sessions that an edit has replaced; the history may still name them. */
  readonly #replaced = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** A session is gone because an edit made another one of it. */
  replaceSession(id: string): void {
    this.#replaced.add(id);
  }

  isReplaced(id: string | null): boolean {
    return id !== null && this.#replaced.has(id);
  }

  /** A new entry of the history: "back" returns to where one was. */
  push(place: Place): void {
    clearTimeout(this.#timer);
    if (writePlace(place) !== location.hash) history.pushState(null, "", writePlace(place));
  }

  replace(place: Place): void {
    clearTimeout(this.#timer);
    history.replaceState(null, "", writePlace(place));
  }

  /** Puts the link to a place on the clipboard; false where the browser does not allow it. */
  async copy(place: Place): Promise<boolean> {
    this.replace(place);
    try {
      await navigator.clipboard.writeText(location.href);
      return true;
    } catch {
      // The address bar holds the same link.
      return false;
    }
  }

  /** Replaces once the place has been quiet: browsers limit how often an address may change. */
  settle(place: Place): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.replace(place), QUIET_MILLISECONDS);
  }
}
