/** A choice among a few, all in view: radio buttons in one bar. */

import { make } from "../dom";

export interface Choice<Value extends string> {
  readonly root: HTMLElement;
  set(value: Value): void;
}

export function makeChoice<Value extends string>(
  label: string,
  options: readonly { value: Value; title: string }[],
  onChange: (value: Value) => void,
): Choice<Value> {
  const root = make("div", "stage-choice");
  root.setAttribute("role", "radiogroup");
  root.setAttribute("aria-label", label);
  const name = `stage-${label.replace(/\s/g, "-")}`;
  const inputs = options.map(({ value, title }) => {
    const input = document.createElement("input");
    Object.assign(input, { type: "radio", name, value });
    input.addEventListener("change", () => onChange(value));
    const field = make("label", "stage-choice-option");
    field.append(input, title);
    root.append(field);
    return input;
  });
  return {
    root,
    set(value) {
      for (const input of inputs) input.checked = input.value === value;
    },
  };
}
