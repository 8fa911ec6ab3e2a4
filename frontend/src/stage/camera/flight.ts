/** The way of the camera to somewhere far away: up, along, and down again. */

import { interpolateZoom, type ZoomView } from "d3-interpolate";
import { Glide, type View, type Viewport } from "./camera";

const shortest = 280;
const longest = 900;

/** A view as the centre of what is seen and its width: what a flight is measured in. */
function toZoom(view: View, { width, height }: Viewport): ZoomView {
  const { x, y, scale } = view;
  return [(width / 2 - x) / scale, (height / 2 - y) / scale, width / scale];
}

function fromZoom([x, y, across]: ZoomView, { width, height }: Viewport): View {
  const scale = width / across;
  return { x: width / 2 - x * scale, y: height / 2 - y * scale, scale };
}

/** The views along the way, by the share of it that is done, and how long it takes. */
export function planFlight(
  from: View,
  to: View,
  viewport: Viewport,
  startedAt: number,
): { step: (share: number) => View; glide: Glide } {
  const zoom = interpolateZoom(toZoom(from, viewport), toZoom(to, viewport));
  const milliseconds = Math.min(longest, Math.max(shortest, zoom.duration));
  return {
    step: (share) => (share === 1 ? to : fromZoom(zoom(share), viewport)),
    glide: new Glide(startedAt, milliseconds),
  };
}
