import { createRawSnippet, flushSync, mount, unmount, type Component } from "svelte";
import { afterEach, describe, expect, it, vi } from "vitest";
import { squareTape } from "../../test/tapeBuilder";
import type { GradientEdge, Op } from "../api/types";
import GradientPane from "./inspector/GradientPane.svelte";
import NumberMatrix from "./inspector/NumberMatrix.svelte";
import Separator from "./controls/Separator.svelte";
import Tabs from "./controls/Tabs.svelte";
import TextField from "./controls/TextField.svelte";
import Timeline from "./transport/Timeline.svelte";

const mounted: Record<string, unknown>[] = [];

function show<Props extends Record<string, unknown>>(
  component: Component<Props>,
  props: Props,
): HTMLElement {
  document.body.innerHTML = "";
  mounted.push(mount(component, { target: document.body, props }));
  flushSync();
  return document.body;
}

function press(element: Element | null, key: string): void {
  element?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  flushSync();
}

afterEach(async () => {
  for (const component of mounted.splice(0)) await unmount(component);
});

describe("the number matrix", () => {
  const props = {
    label: "Numbers of w",
    grid: { rows: 100_000, columns: 50, leading: [] },
    leastWidth: 60,
    read: (row: number, column: number) => row * 50 + column,
    changed: () => false,
    tint: () => ({ background: "", ink: "" }),
    onWindow: () => undefined,
  };

  it("has cells only for what is in view", () => {
    const body = show(NumberMatrix, props);
    const cells = body.querySelectorAll('[role="gridcell"]');
    expect(cells.length).toBeGreaterThan(20);
    expect(cells.length).toBeLessThan(400);
    expect(body.querySelector('[role="grid"]')?.getAttribute("aria-rowcount")).toBe("100000");
  });

  it("changes a number where it stands, by keyboard", () => {
    const onEdit = vi.fn();
    const body = show(NumberMatrix, { ...props, onEdit });
    const grid = body.querySelector<HTMLElement>('[role="grid"]');
    if (grid !== null) grid.scrollTo = () => undefined;
    press(grid, "ArrowDown");
    press(grid, "ArrowRight");
    press(grid, "Enter");
    const input = body.querySelector<HTMLInputElement>('input[aria-label="New value"]');
    if (input !== null) input.value = "2.5";
    press(input, "Enter");
    expect(onEdit).toHaveBeenCalledExactlyOnceWith(1, 1, "2.5");
  });

  it("leaves numbers alone that cannot be changed", () => {
    const body = show(NumberMatrix, props);
    press(body.querySelector('[role="grid"]'), "Enter");
    expect(body.querySelector("input")).toBeNull();
  });
});

describe("the timeline", () => {
  const { structure } = squareTape().tape;
  const total = structure.events.length;

  it("is a slider that says the event in words", () => {
    const body = show(Timeline, { structure, position: 1, total, onScrub: () => undefined });
    const slider = body.querySelector('[role="slider"]');
    expect(slider?.getAttribute("aria-valuemax")).toBe(String(total));
    expect(slider?.getAttribute("aria-valuetext")).toMatch(/^event 1 of \d+: scale · mul/);
  });

  it("has a stretch for each phase, filled as far as the playhead", () => {
    const body = show(Timeline, { structure, position: 2, total, onScrub: () => undefined });
    const done = [...body.querySelectorAll<HTMLElement>(".done")].map(({ style }) => style.width);
    expect(done).toEqual(["100%", "0%", "0%"]);
  });
});

describe("controls", () => {
  it("move a separator by keyboard towards the side that grows", () => {
    const onResize = vi.fn();
    const common = { label: "Width", orientation: "vertical", size: 300, smallest: 200 } as const;
    const props = { ...common, largest: 400, onResize, onFold: () => undefined };
    const before = show(Separator, { ...props, side: "before" as const });
    press(before.querySelector('[role="separator"]'), "ArrowRight");
    const after = show(Separator, { ...props, side: "after" as const });
    press(after.querySelector('[role="separator"]'), "ArrowRight");
    expect(onResize.mock.calls).toEqual([[316], [284]]);
  });

  it("go round the tabs with the arrow keys", () => {
    const onSelect = vi.fn();
    const tabs = ["a", "b", "c"].map((key) => ({ key, title: key }));
    const body = show(Tabs, { id: "t", label: "Tabs", tabs, selected: "c", onSelect });
    press(body.querySelector('[aria-selected="true"]'), "ArrowRight");
    expect(onSelect).toHaveBeenCalledExactlyOnceWith("a");
  });

  it("keep what is being typed, however the value is written otherwise", () => {
    const onInput = vi.fn();
    const body = show(TextField, { label: "lr", text: "0.1", onInput });
    const input = body.querySelector("input");
    if (input === null) throw new Error("no input");
    input.value = "0.";
    input.dispatchEvent(new Event("input", { bubbles: true }));
    flushSync();
    expect([input.value, onInput.mock.calls]).toEqual(["0.", [["0."]]]);
    input.dispatchEvent(new Event("blur"));
    flushSync();
    expect(input.value).toBe("0.1");
  });
});

describe("the ops that a gradient comes from", () => {
  const { tape, w } = squareTape();
  const node = tape.structure.edges.find((edge) => edge.of === w)?.source ?? -1;
  const product = tape.structure.ops[0] as Op;

  /** The pane where this many ops ran in the node that the gradient of w comes from. */
  function showWith(count: number): Element | null {
    const ops = Array.from({ length: count }, (_, id): Op => {
      return { ...product, id, phase: "backward", node };
    });
    const structure = { ...tape.structure, ops };
    const body = show(GradientPane, {
      tape: { ...tape, structure },
      tensor: w,
      edge: null,
      playhead: structure.events.length,
      onSelect: () => undefined,
      onGoTo: () => undefined,
      numbers: createRawSnippet<[number]>(() => ({ render: () => "<p></p>" })),
    });
    return body.querySelector('[aria-label="Computed by"]');
  }

  it("are all told where they are few", () => {
    const told = showWith(12);
    expect(told?.querySelectorAll("button")).toHaveLength(12);
    expect(told?.textContent).not.toContain("more");
  });

  it("are told up to a dozen, and counted beyond", () => {
    const told = showWith(2_012);
    expect(told?.querySelectorAll("button")).toHaveLength(12);
    expect(told?.textContent.trim()).toMatch(/and 2\u202f000 more$/);
  });
});

describe("many gradients that arrive at one tensor", () => {
  const { tape, w } = squareTape();
  const edge = tape.structure.edges.find((each) => each.of === w);

  function showWith(count: number, selected: number | null, onSelect = vi.fn()): HTMLElement {
    const edges = Array.from({ length: count }, (_, id) => ({ ...edge, id }) as GradientEdge);
    const structure = { ...tape.structure, edges };
    return show(GradientPane, {
      tape: { ...tape, structure },
      tensor: w,
      edge: selected,
      playhead: structure.events.length,
      onSelect,
      onGoTo: () => undefined,
      numbers: createRawSnippet<[number]>(() => ({ render: () => "<p></p>" })),
    });
  }

  it("have a tab each where they are few", () => {
    expect(showWith(3, null).querySelectorAll('[role="tab"]')).toHaveLength(4);
  });

  it("are told one by one where they are many", () => {
    const onSelect = vi.fn();
    const body = showWith(1_000, 416, onSelect);
    expect(body.querySelectorAll('[role="tab"]')).toHaveLength(2);
    const slider = body.querySelector<HTMLInputElement>('input[type="range"]');
    expect(slider?.getAttribute("aria-valuetext")).toContain("arrival 417 of 1\u202f000");
    if (slider === null) return;
    slider.value = "1000";
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    expect(onSelect).toHaveBeenCalledWith({ kind: "edge", id: 999 });
  });
});
