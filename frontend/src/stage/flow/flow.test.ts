import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { StageHost } from "../../../test/stageHost";
import { squareTape, TapeBuilder } from "../../../test/tapeBuilder";
import { Stage } from "../stage";

const { tape, w } = squareTape();
const end = tape.structure.events.length;
let stage: Stage;
let host: StageHost;

const find = (selector: string): HTMLElement => host.find(selector);

beforeEach(async () => {
  host = new StageHost();
  stage = new Stage(host.element, { onSelect: () => undefined });
  stage.show(tape);
  stage.setPlayhead(end);
  await vi.waitFor(() => expect(find(".stage-root").dataset.playhead).toBe(String(end)));
  await vi.waitFor(() => expect(find('[data-card="call:0"]')).toBeTruthy());
});

afterEach(() => {
  stage.destroy();
  host.element.remove();
});

describe("tracing", () => {
  const isAside = (selector: string): boolean => find(selector).classList.contains("is-aside");

  it("lights what the selection influences and the way of its gradient, and dims the rest", async () => {
    stage.setTracing(true);
    stage.select({ kind: "call", id: 2 });
    await vi.waitFor(() => expect(isAside('[data-card="call:0"]')).toBe(true));
    expect(isAside('[data-gradient-card="call:0"]')).toBe(true);
    expect(isAside(`[data-chip="${w}"]`)).toBe(true);
    expect(isAside('[data-card="call:2"]')).toBe(false);
    expect(isAside('[data-gradient-card="call:2"]')).toBe(false);
    stage.select({ kind: "tensor", id: w });
    await vi.waitFor(() => expect(isAside('[data-card="call:0"]')).toBe(false));
    expect(isAside(`[data-chip="${w}"]`)).toBe(false);
    expect(isAside('[data-card="tensor:0"]')).toBe(true);
  });

  it("dims nothing where it is off, or nothing is selected", async () => {
    stage.setTracing(true);
    stage.select({ kind: "call", id: 2 });
    await vi.waitFor(() => expect(isAside('[data-card="call:0"]')).toBe(true));
    stage.setTracing(false);
    await vi.waitFor(() => expect(isAside('[data-card="call:0"]')).toBe(false));
    stage.setTracing(true);
    stage.select(null);
    await vi.waitFor(() => expect(host.element.querySelector(".is-aside")).toBeNull());
  });
});

describe("colouring", () => {
  const wears = (selector: string): unknown => {
    const { shade, measure } = find(selector).dataset;
    return [shade, measure];
  };

  it("writes the number behind every colour, and has its ends in the legend", async () => {
    stage.setColorBy("gradient");
    await vi.waitFor(() =>
      expect(wears('[data-gradient-card="call:0"]')).toEqual(["number", "12"]),
    );
    expect(wears('[data-gradient-card="tensor:0"]')).toEqual(["none", undefined]);
    expect(wears('[data-card="call:0"]')).toEqual([undefined, undefined]);
    // The product's gradient alone: the loss has 1 by definition.
    expect(find('[aria-label="Colours: gradient norm"]').textContent).toContain("gradient norm12");
    stage.setColorBy(null);
    await vi.waitFor(() => expect(host.element.querySelector("[data-shade]")).toBeNull());
    expect(find(".stage-color-legend").hidden).toBe(true);
  });

  it("wears nothing that the playhead has not reached", async () => {
    stage.setColorBy("mean");
    stage.setPlayhead(0);
    await vi.waitFor(() => expect(wears('[data-card="call:0"]')).toEqual(["not-yet", undefined]));
    expect(wears('[data-card="tensor:0"]')).toEqual(["number", "3"]);
  });

  it("has the colours of the tape that is shown", async () => {
    stage.setColorBy("mean");
    const builder = new TapeBuilder();
    const x = builder.input("other", { shape: [2], values: [4, 6] });
    builder.op("aten.exp", [x], { shape: [1], values: [Math.E] });
    stage.show(builder.tape("another"));
    await vi.waitFor(() => expect(wears('[data-card="tensor:0"]')).toEqual(["number", "5"]));
  });
});

describe("the card beside where the keyboard stands", () => {
  const tooltip = (): HTMLElement => find('[role="tooltip"]');

  it("tells value and gradient of a card and of a chip, and goes when the keyboard goes", async () => {
    find(".stage-root").focus();
    host.press("Enter");
    host.press("Home");
    host.press("ArrowRight");
    await vi.waitFor(() => expect(tooltip().hidden).toBe(false));
    expect(tooltip().textContent).toContain("norm612");
    host.press("ArrowLeft");
    host.press("ArrowDown");
    await vi.waitFor(() => expect(tooltip().textContent).toContain("norm236"));
    find(".stage-root").blur();
    await vi.waitFor(() => expect(tooltip().hidden).toBe(true));
  });

  it("gives way to what the pointer means, and comes back after it", async () => {
    find(".stage-root").focus();
    host.press("Enter");
    host.press("Home");
    host.press("ArrowRight");
    await vi.waitFor(() => expect(tooltip().textContent).toContain("norm612"));
    const move = new MouseEvent("pointermove", { bubbles: true });
    find(`[data-chip="${w}"]`).dispatchEvent(move);
    expect(tooltip().textContent).toContain("norm236");
    find(".stage-root").dispatchEvent(new MouseEvent("pointerleave"));
    expect(tooltip().textContent).toContain("norm612");
  });

  it("goes when one leaves the graph with Escape", async () => {
    host.press("Enter");
    await vi.waitFor(() => expect(tooltip().hidden).toBe(false));
    host.press("Escape");
    await vi.waitFor(() => expect(tooltip().hidden).toBe(true));
  });
});
