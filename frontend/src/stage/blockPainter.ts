/** Paints cards as plain blocks: how they look from far away, or when there are very many. */

import { intersects, type View } from "./camera";
import { makeOutline, type Drawing, type Outline } from "./drawing";
import type { Rect } from "./geometry";
import type { Picture } from "./picture";
import { backwardState, forwardState, type CardState } from "./timing";

interface Fill {
  readonly color: string;
  readonly alpha: number;
  readonly path: Outline;
}

/** The context is in world coordinates. */
export function paintBlocks(context: Drawing, picture: Picture, view: View, visible: Rect): void {
  const fills = new Map<string, Fill>();
  const rings: { rect: Rect; color: string }[] = [];
  const { geometry, tape, timing, playhead, colors, spot } = picture;
  const add = (
    rect: Rect,
    color: string,
    state: CardState,
    ringed: boolean,
    round: boolean,
  ): void => {
    if (!intersects(rect, visible)) return;
    const name = `${color} ${state === "not-yet" ? "later" : "seen"}`;
    let fill = fills.get(name);
    if (fill === undefined) {
      fill = { color, alpha: state === "not-yet" ? 0.2 : 0.85, path: makeOutline(context) };
      fills.set(name, fill);
    }
    // Rounded corners that nobody can see would cost most of the time.
    if (view.scale < 0.12) fill.path.rect(rect.x, rect.y, rect.width, rect.height);
    else fill.path.roundRect(rect.x, rect.y, rect.width, rect.height, round ? rect.width / 2 : 10);
    if (state === "current") rings.push({ rect, color });
    if (ringed) rings.push({ rect, color: colors.focus });
  };
  for (const item of geometry.scene.items) {
    const { index } = item;
    const forward = item.kind === "input" ? colors.inkFaint : colors.forward;
    const state = forwardState(geometry.scene, timing, index, playhead);
    add(geometry.cards[index] as Rect, forward, state, spot.cards.has(index), item.kind === "loss");
    const gradient = geometry.gradientCards[index];
    if (gradient === undefined) continue;
    const back = backwardState(geometry.scene, tape, timing, index, playhead);
    add(gradient, colors.backward, back, spot.gradientCards.has(index), false);
  }
  paintBackgrounds(context, fills, colors.surface);
  paintRings(context, rings, view);
  if (view.scale >= 0.16) paintNames(context, picture, view, visible);
}

/** On the ground's own colour first, so that edges do not shine through. */
function paintBackgrounds(
  context: Drawing,
  fills: ReadonlyMap<string, Fill>,
  ground: string,
): void {
  for (const { color, alpha, path } of fills.values()) {
    context.fillStyle = ground;
    context.fill(path);
    context.globalAlpha = alpha;
    context.fillStyle = color;
    context.fill(path);
    context.globalAlpha = 1;
  }
}

function paintRings(
  context: Drawing,
  rings: readonly { rect: Rect; color: string }[],
  view: View,
): void {
  const gap = 3 / view.scale;
  context.lineWidth = 2.5 / view.scale;
  for (const { rect, color } of rings) {
    context.strokeStyle = color;
    context.beginPath();
    context.roundRect(rect.x - gap, rect.y - gap, rect.width + 2 * gap, rect.height + 2 * gap, 12);
    context.stroke();
  }
}

function paintNames(
  context: Drawing,
  { geometry, colors, timing, playhead }: Picture,
  view: View,
  visible: Rect,
): void {
  const size = Math.min(34, 11 / view.scale);
  context.font = `600 ${String(size)}px system-ui, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const item of geometry.scene.items) {
    const rect = geometry.cards[item.index] as Rect;
    if (!intersects(rect, visible)) continue;
    const later = playhead < (timing.begins[item.index] as number);
    context.fillStyle = later ? colors.inkSoft : colors.surfaceRaised;
    context.fillText(item.name, rect.x + rect.width / 2, rect.y + rect.height / 2, rect.width - 8);
  }
}
