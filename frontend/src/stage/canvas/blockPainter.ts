/** Paints cards as plain blocks: how they look from far away, or when there are very many. */

import { intersects, type View } from "../camera/camera";
import { isAside, shadeOf, type Figure } from "../cards/dressing";
import { makeOutline, type Drawing, type Outline } from "./drawing";
import type { Rect } from "../layout/geometry";
import type { Picture } from "../pictures/picture";
import type { Shade } from "./shading";
import { backwardState, forwardState, type CardState } from "../flow/timing";

/** How strongly a block is painted: aside of what is traced, yet to come, there, in a colour. */
const alphas = { aside: 0.12, later: 0.2, seen: 0.85, shaded: 1 };
type Tone = keyof typeof alphas;

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
  // Beside the colours of a scale, a phase's own would be read as one of them.
  const isPlain = picture.shading === null;
  const add = (rect: Rect, own: string, state: CardState, figure: Figure, round: boolean): void => {
    if (!intersects(rect, visible)) return;
    const shade = shadeOf(picture, figure);
    const tone = toneOf(picture, state, figure, shade);
    const isOwn = isPlain && tone !== "aside";
    const color = tone === "shaded" ? (shade?.color ?? own) : isOwn ? own : colors.inkFaint;
    const name = `${color} ${tone}`;
    let fill = fills.get(name);
    if (fill === undefined) {
      fill = { color, alpha: alphas[tone], path: makeOutline(context) };
      fills.set(name, fill);
    }
    // Rounded corners that nobody can see would cost most of the time.
    if (view.scale < 0.12) fill.path.rect(rect.x, rect.y, rect.width, rect.height);
    else fill.path.roundRect(rect.x, rect.y, rect.width, rect.height, round ? rect.width / 2 : 10);
    if (state === "current") rings.push({ rect, color: own });
    const chosen = figure.half === "forward" ? spot.cards : spot.gradientCards;
    if (chosen.has(figure.item)) rings.push({ rect, color: colors.focus });
  };
  for (const item of geometry.scene.items) {
    const { index } = item;
    const forward = item.kind === "input" ? colors.inkFaint : colors.forward;
    const state = forwardState(geometry.scene, timing, index, playhead);
    const figure: Figure = { half: "forward", item: index, leaf: null };
    add(geometry.cards[index] as Rect, forward, state, figure, item.kind === "loss");
    const gradient = geometry.gradientCards[index];
    if (gradient === undefined) continue;
    const back = backwardState(geometry.scene, tape, timing, index, playhead);
    add(gradient, colors.backward, back, { ...figure, half: "backward" }, false);
  }
  paintBackgrounds(context, fills, colors.surface);
  paintRings(context, rings, view);
  if (view.scale >= 0.16) paintNames(context, picture, view, visible);
}

function toneOf(picture: Picture, state: CardState, figure: Figure, shade: Shade | null): Tone {
  if (isAside(picture, figure)) return "aside";
  if (picture.shading === null) return state === "not-yet" ? "later" : "seen";
  if (shade === null) return "aside";
  return shade.from <= picture.playhead && shade.look !== "none" ? "shaded" : "later";
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

function paintNames(context: Drawing, picture: Picture, view: View, visible: Rect): void {
  const { geometry, colors, timing, playhead } = picture;
  const size = Math.min(34, 11 / view.scale);
  context.font = `600 ${String(size)}px system-ui, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const item of geometry.scene.items) {
    const rect = geometry.cards[item.index] as Rect;
    if (!intersects(rect, visible)) continue;
    const later = playhead < (timing.begins[item.index] as number);
    const figure: Figure = { half: "forward", item: item.index, leaf: null };
    const shade = later ? null : shadeOf(picture, figure);
    const isPale = later || picture.shading !== null || isAside(picture, figure);
    context.fillStyle = shade?.ink ?? (isPale ? colors.inkSoft : colors.surfaceRaised);
    context.fillText(item.name, rect.x + rect.width / 2, rect.y + rect.height / 2, rect.width - 8);
  }
}
