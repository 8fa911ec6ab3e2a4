/** What the widths and marks of gradient edges mean, with widths and norms of this very tape. */

import { formatNumber } from "../../model/format";
import { make } from "../dom";
import type { Shown } from "../layout/arrangement";
import { widthOfNorm, type Flow, type Timing } from "./timing";

/** On stages smaller than this it would cover too much of the graph. */
const smallStage = { width: 700, height: 300 };

/** Look and words of what is no width. */
const states = [
  ["zero", "zero: dead"],
  ["not-yet", "not yet"],
  ["unreached", "not reached"],
  ["not-finite", "NaN, ∞"],
] as const;

export class Legend {
  readonly root = make("details", "stage-legend") as HTMLDetailsElement;
  private readonly widths = make("span", "stage-legend-widths");
  private readonly sum = entry(make("span", "stage-legend-sum", "Σ"), "arrivals added");
  private shown: Timing | null = null;
  /** Opens and folds with the room that there is, until a person does; null before it is shown. */
  private room: ResizeObserver | null = null;

  constructor() {
    const title = make("summary", "stage-legend-title", "‖∂‖");
    title.setAttribute("aria-label", "Legend of the gradient edges");
    title.addEventListener("click", () => this.room?.disconnect());
    title.title = "Width of a gradient edge: its norm, on a logarithmic scale";
    const body = make("div", "stage-legend-body");
    body.append(this.widths);
    for (const [look, text] of states) {
      body.append(entry(make("span", `stage-legend-line is-${look}`), text));
    }
    body.append(this.sum);
    this.root.append(title, body);
  }

  show(shown: Shown | null): void {
    const timing = shown?.timing ?? null;
    this.root.hidden = timing === null || timing.flows.length === 0;
    if (shown === null || timing === null || timing === this.shown) return;
    this.shown = timing;
    this.sum.hidden = shown.edges.arrivals.every((count) => count < 2);
    this.room ??= this.followRoom();
    this.widths.replaceChildren(
      ...sampleNorms(timing.flows).map((norm) => {
        const line = make("span", "stage-legend-line");
        line.style.height = `${widthOfNorm(norm, timing.powers).toFixed(1)}px`;
        return entry(line, formatNumber(norm, 2));
      }),
    );
  }

  private followRoom(): ResizeObserver {
    const room = new ResizeObserver(([entry]) => {
      const { width = 0, height = 0 } = entry?.contentRect ?? {};
      this.root.open = width >= smallStage.width && height >= smallStage.height;
    });
    if (this.root.parentElement !== null) room.observe(this.root.parentElement);
    return room;
  }
}

/** The least, the middle and the greatest norm that flows; fewer where they would read the same. */
export function sampleNorms(flows: readonly Flow[]): number[] {
  const norms = flows
    .flatMap((flow) => (flow.kind === "value" ? [flow.norm] : []))
    .sort((a, b) => a - b);
  const samples = [norms[0], norms[norms.length >> 1], norms.at(-1)];
  const byText = new Map<string, number>();
  for (const norm of samples) if (norm !== undefined) byText.set(formatNumber(norm, 2), norm);
  return [...byText.values()];
}

function entry(line: HTMLElement, text: string): HTMLElement {
  const item = make("span", "stage-legend-entry");
  item.append(line, make("span", "stage-legend-text", text));
  return item;
}
