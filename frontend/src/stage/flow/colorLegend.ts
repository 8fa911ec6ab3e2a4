/** What the colours of cards mean: the ends of their scale in numbers, or a key for each name. */

import type { Palette } from "../../draw/palette";
import { endsOf, formatMeasured } from "../../model/colorBy";
import { make } from "../dom";
import { colorAt, colorOn, type Shading } from "../canvas/shading";

const steps = 12;

export class ColorLegend {
  readonly root = make("div", "stage-color-legend");
  private shown: Shading | null = null;

  constructor() {
    this.root.setAttribute("role", "note");
    this.root.hidden = true;
  }

  show(shading: Shading | null, palette: Palette): void {
    this.root.hidden = shading === null;
    if (shading === null || shading === this.shown) return;
    this.shown = shading;
    const { title } = shading.coloring;
    this.root.setAttribute("aria-label", `Colours: ${title}`);
    this.root.replaceChildren(
      make("span", "stage-color-title", title),
      ...scaleEntries(shading, palette),
      ...stateEntries(shading, palette),
      ...(shading.note === "" ? [] : [make("span", "stage-color-note", shading.note)]),
    );
  }
}

function scaleEntries({ scale, coloring }: Shading, palette: Palette): HTMLElement[] {
  if (scale.kind === "categories") {
    return scale.names.map((name) =>
      key(colorOn(scale, { kind: "category", name }, palette), name),
    );
  }
  const ends = endsOf(scale);
  if (ends === null)
    return [make("span", "", coloring.by === "time" ? "no times yet" : "no numbers")];
  const [from, to] = ends.map((end) => formatMeasured(coloring.by, end));
  const bar = make("span", "stage-color-bar");
  const colors = Array.from({ length: steps + 1 }, (_, i) => colorAt(scale, i / steps, palette));
  bar.style.background = `linear-gradient(90deg, ${colors.join(", ")})`;
  if (from === to) return [key(colorAt(scale, 0.5, palette), from ?? "")];
  const log = scale.kind === "log" ? [make("span", "stage-color-note", "log")] : [];
  return [make("span", "stage-color-end", from), bar, make("span", "stage-color-end", to), ...log];
}

/** The looks that are no colour of the scale, where any card has them. */
function stateEntries({ forward, backward }: Shading, palette: Palette): HTMLElement[] {
  const looks = new Set([...forward, ...backward].map((shade) => shade?.look));
  const words = { zero: "0", "not-finite": "NaN", none: "none" } as const;
  const entries = (["zero", "not-finite", "none"] as const)
    .filter((look) => looks.has(look))
    .map((look) => {
      const color = colorOn({ kind: "linear", from: 0, to: 1 }, { kind: look }, palette);
      return key(color, words[look], `is-${look}`);
    });
  return [...entries, key("", "not yet", "is-not-yet")];
}

function key(color: string, text: string, className = ""): HTMLElement {
  const entry = make("span", "stage-color-key");
  const swatch = make("span", `stage-color-swatch ${className}`);
  if (color !== "") swatch.style.background = color;
  entry.append(swatch, make("span", "", text));
  return entry;
}
