/** The first requests of the page. They leave before the page's own code has loaded. */

import { fetchSession, openSession, sendCommand, type SessionSummary } from "../api/client";
import { ApiError } from "../api/errors";
import type { Place } from "../model/permalink";

export const DEFAULT_EXAMPLE = "moons";

export interface Opening {
  summary: SessionSummary;
  /** The session that the address names does not exist (any more); this is a new one. */
  replacesUnknown: boolean;
}

/** Opens a session and has its first iteration recorded; the recording is told as an event. */
async function openDefault(): Promise<SessionSummary> {
  const summary = await openSession({ example: DEFAULT_EXAMPLE });
  await sendCommand(summary.id, { kind: "record" });
  return summary;
}

/** The session that the address names, else the default example. */
export async function openPlace(place: Place): Promise<Opening> {
  if (place.session === null) return { summary: await openDefault(), replacesUnknown: false };
  try {
    return { summary: await fetchSession(place.session), replacesUnknown: false };
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== "unknown_session") throw error;
    return { summary: await openDefault(), replacesUnknown: true };
  }
}
