/** Pulses that travel along gradient edges as the playhead moves backward through the network. */

import type { View } from "../camera/camera";
import { turnReach } from "../layout/measures";
import { PointPen, Polyline, polylineOf, traceTurn } from "../scene/paths";
import type { Picture } from "../pictures/picture";
import { widthOfFlow, type Flow } from "../flow/timing";

interface Pulse {
  readonly line: Polyline;
  readonly width: number;
  readonly color: string;
  readonly startedAt: number;
}

const pulseMilliseconds = 480;
/** Length of the travelling light in world pixels. */
const tail = 46;

export class Pulses {
  private pulses: Pulse[] = [];

  /** Starts the pulses of everything that arrives exactly at the picture's playhead. */
  start(picture: Picture, now: number): void {
    const { geometry, timing, playhead, colors } = picture;
    const add = (line: Polyline, width: number): void => {
      this.pulses.push({ line, width, color: colors.backward, startedAt: now });
    };
    for (const edge of geometry.scene.backward) {
      if (timing.arrives[edge.index] !== playhead) continue;
      const path = geometry.backwardPaths[edge.index];
      const flow = timing.flows[edge.index] as Flow;
      // Nothing flows along a dead edge, so nothing is shown to travel.
      if (path !== undefined && flow.kind === "value") {
        add(polylineOf(path, geometry.orientation), widthOfFlow(flow, timing.powers));
      }
    }
    if (timing.turns === playhead && geometry.turn !== null) {
      const pen = new PointPen();
      traceTurn(pen, geometry.turn, geometry.orientation, turnReach);
      add(new Polyline(pen.points), 6);
    }
  }

  stop(): void {
    this.pulses = [];
  }

  get running(): boolean {
    return this.pulses.length > 0;
  }

  /** The context is in world coordinates. */
  paint(context: CanvasRenderingContext2D, view: View, now: number): void {
    this.pulses = this.pulses.filter((pulse) => now - pulse.startedAt < pulseMilliseconds);
    context.lineCap = "round";
    for (const pulse of this.pulses) paintPulse(context, pulse, view, now);
    context.globalAlpha = 1;
    context.lineCap = "butt";
  }
}

function paintPulse(
  context: CanvasRenderingContext2D,
  pulse: Pulse,
  view: View,
  now: number,
): void {
  const share = (now - pulse.startedAt) / pulseMilliseconds;
  const head = share * (pulse.line.length + tail);
  const fade = share < 0.8 ? 1 : (1 - share) / 0.2;
  context.strokeStyle = pulse.color;
  for (const [length, width, alpha] of [
    [tail, pulse.width + 9, 0.2],
    [tail * 0.6, pulse.width + 5, 0.35],
    [tail * 0.25, pulse.width + 2, 1],
  ] as const) {
    const from = Math.max(0, head - length);
    const to = Math.min(pulse.line.length, head);
    if (to <= from) continue;
    context.globalAlpha = alpha * fade;
    context.lineWidth = Math.max(width, 1.5 / view.scale);
    context.beginPath();
    const first = pulse.line.pointAt(from);
    context.moveTo(first.x, first.y);
    for (let k = 1; k <= 6; k++) {
      const point = pulse.line.pointAt(from + ((to - from) * k) / 6);
      context.lineTo(point.x, point.y);
    }
    context.stroke();
  }
}
