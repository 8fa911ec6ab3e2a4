/** The timeline bar: where its stretches and ticks lie, as shares of its length. */

import type { Structure } from "../api/types";
import { phaseSegments, type PhaseSegment } from "./timeline";

export interface Stretch extends PhaseSegment {
  /** In percent of the bar. */
  left: number;
  width: number;
}

export interface TimelineView {
  stretches: Stretch[];
  /** In percent of the bar; none where they would run together. */
  ticks: number[];
}

const MOST_TICKS = 120;

export function timelineView(structure: Structure): TimelineView {
  const total = structure.events.length;
  const percent = (event: number) => (total === 0 ? 0 : (event / total) * 100);
  const stretches = phaseSegments(structure).map((segment) => ({
    ...segment,
    left: percent(segment.from),
    width: percent(segment.to - segment.from),
  }));
  const ticks =
    total > MOST_TICKS
      ? []
      : Array.from({ length: Math.max(0, total - 1) }, (_, i) => percent(i + 1));
  return { stretches, ticks };
}

/** How much of a stretch has happened, in percent of it. */
export function donePercent({ from, to }: PhaseSegment, playhead: number): number {
  const length = to - from;
  return length === 0 ? 0 : (Math.max(0, Math.min(playhead, to) - from) / length) * 100;
}

/** The playhead under a pointer: the nearest boundary between events. */
export function playheadAt(share: number, total: number): number {
  return Math.round(Math.max(0, Math.min(1, share)) * total);
}

/** The event under a pointer, counted from 0. */
export function eventAt(share: number, total: number): number {
  return Math.max(0, Math.min(total - 1, Math.floor(share * total)));
}
