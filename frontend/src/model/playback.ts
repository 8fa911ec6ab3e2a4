/** How fast the tape plays. */

export const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16] as const;

const SLOWEST_EVENTS_PER_SECOND = 2.5;
const LONGEST_SECONDS = 30;

/** Events per second. A long tape plays faster, so that 1× never takes more than half a minute. */
export function eventsPerSecond(events: number, speed: number): number {
  return Math.max(SLOWEST_EVENTS_PER_SECOND, events / LONGEST_SECONDS) * speed;
}

/** The same relative place on a tape of another length. */
export function proportionalPlace(place: number, before: number, after: number): number {
  if (before <= 0) return 0;
  return Math.round((Math.min(place, before) / before) * after);
}
