/** What can be chosen of the neurons' picture, and what the part under the pointer says. */

import { makeChoice, type Choice } from "../cards/choiceElements";
import { make, setText } from "../dom";
import type { LineChoice, Sample } from "./neuronsNumbers";

export type NumbersMode = "neurons" | "grids";

export interface NeuronsBarHandlers {
  onMode(mode: NumbersMode): void;
  onSample(sample: Sample): void;
  onLines(lines: LineChoice): void;
}

export class NeuronsBar {
  readonly root = make("div", "stage-bar");
  private readonly mode: Choice<NumbersMode>;
  private readonly lines: Choice<LineChoice>;
  private readonly sample = document.createElement("select");
  /** At the other end of the stage, where it covers nothing. */
  readonly readout = make("output", "stage-bar-readout");

  constructor(handlers: NeuronsBarHandlers) {
    this.mode = makeChoice(
      "Numbers as",
      [
        { value: "neurons", title: "neurons" },
        { value: "grids", title: "grids" },
      ],
      (mode) => handlers.onMode(mode),
    );
    this.lines = makeChoice(
      "Lines show",
      [
        { value: "weight", title: "weights" },
        { value: "gradient", title: "gradients" },
      ],
      (lines) => handlers.onLines(lines),
    );
    this.sample.setAttribute("aria-label", "Sample");
    this.sample.className = "stage-sample";
    this.sample.addEventListener("change", () => {
      const { value } = this.sample;
      handlers.onSample(value === "mean" ? "mean" : Number(value));
    });
    this.readout.setAttribute("aria-live", "polite");
    this.root.append(this.mode.root, this.lines.root, this.sample);
  }

  show(mode: NumbersMode, lines: LineChoice, sample: Sample): void {
    this.mode.set(mode);
    this.lines.set(lines);
    this.sample.value = String(sample);
    for (const element of [this.lines.root, this.sample]) element.hidden = mode === "grids";
  }

  /** The samples that can be picked. */
  offer(samples: number): void {
    const option = (value: string, text: string): HTMLOptionElement => {
      const element = document.createElement("option");
      Object.assign(element, { value, text });
      return element;
    };
    this.sample.replaceChildren(
      option("mean", "mean of the batch"),
      ...Array.from({ length: samples }, (_, k) => option(String(k), `sample ${String(k)}`)),
    );
  }

  tell(words: string): void {
    setText(this.readout, words);
  }
}
