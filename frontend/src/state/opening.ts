/** The first requests of the page. They leave before the page's own code has loaded. */

import { fetchSession, openSession, sendCommand } from "../api/client";
import { ApiError } from "../api/errors";
import type { SessionState as SessionSummary } from "../api/types";
import type { Place } from "../model/permalink";

export const DEFAULT_EXAMPLE = "moons";

export interface Opening {
  summary: SessionSummary;
  /** The session is new; the recording of its first iteration is under way. */
  isNew: boolean;
  /** The session that the address names does not exist (any more). */
  replacesUnknown: boolean;
}

/** Opens a session and has its first iteration recorded; the recording is told as an event. */
export async function openRecording(
  request: Parameters<typeof openSession>[0],
  signal?: AbortSignal,
): Promise<SessionSummary> {
  const summary = await openSession(request, signal);
  await sendCommand(summary.id, { kind: "record" });
  return summary;
}

/** The session that the address names, else the default example. */
export async function openPlace(place: Place): Promise<Opening> {
  const isUnknown = place.session !== null;
  if (place.session !== null) {
    try {
      const summary = await fetchSession(place.session);
      return { summary, isNew: false, replacesUnknown: false };
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "unknown_session") throw error;
    }
  }
  const summary = await openRecording({ example: DEFAULT_EXAMPLE });
  return { summary, isNew: true, replacesUnknown: isUnknown };
}
