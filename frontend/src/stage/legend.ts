/** What the widths and dashes of gradient edges mean, in the corner of the stage. */

import { make } from "./dom";
import { widthOfNorm } from "./timing";

const samples = [
  { norm: 1e-6, text: "10⁻⁶" },
  { norm: 1e-3, text: "10⁻³" },
  { norm: 1, text: "1" },
];

const states = [
  ["zero", "zero"],
  ["unreached", "not reached"],
  ["not-finite", "NaN"],
] as const;

export function makeLegend(): HTMLElement {
  const legend = make("div", "stage-legend");
  legend.setAttribute("role", "note");
  legend.setAttribute("aria-label", "Width of a gradient edge: its norm, on a logarithmic scale");
  legend.append(make("span", "stage-legend-title", "‖∂‖"));
  for (const { norm, text } of samples) {
    const line = make("span", "stage-legend-line");
    line.style.height = `${widthOfNorm(norm).toFixed(1)}px`;
    legend.append(entry(line, text));
  }
  for (const [look, text] of states) {
    legend.append(entry(make("span", `stage-legend-line is-${look}`), text));
  }
  return legend;
}

function entry(line: HTMLElement, text: string): HTMLElement {
  const item = make("span", "stage-legend-entry");
  item.append(line, make("span", "stage-legend-text", text));
  return item;
}
