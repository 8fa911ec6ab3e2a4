/** What the browser remembers between visits, where it may. */

export type Memory = Pick<Storage, "getItem" | "setItem">;

/** The browser's storage; without one, in a sandboxed frame for example, nothing is remembered. */
export function browserMemory(): Memory {
  try {
    return localStorage;
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return { getItem: () => null, setItem: () => undefined };
  }
}
