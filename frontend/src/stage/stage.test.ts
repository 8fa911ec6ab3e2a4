import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { squareTape, TapeBuilder } from "../../test/tapeBuilder";
import type { Selection } from "../model/selection";
import { Stage } from "./stage";

const { tape, w, product } = squareTape();
let stage: Stage;
let host: HTMLElement;
let selected: (Selection | null)[];

function find(selector: string): HTMLElement {
  const element = host.querySelector<HTMLElement>(selector);
  if (element === null) throw new Error(`nothing matches ${selector}`);
  return element;
}

async function painted(playhead: number): Promise<void> {
  await vi.waitFor(() => {
    const { painted: hash, playhead: at } = find(".stage-root").dataset;
    expect([hash, at]).toEqual([tape.structure.hash, String(playhead)]);
  });
}

function click(element: HTMLElement, shiftKey = false): void {
  for (const type of ["pointerdown", "pointerup"]) {
    element.dispatchEvent(new MouseEvent(type, { bubbles: true, button: 0, shiftKey }));
  }
}

function press(element: HTMLElement, key: string): void {
  element.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
}

beforeEach(async () => {
  // jsdom lays nothing out and paints nothing.
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(1200);
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(700);
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(null);
  host = document.createElement("div");
  document.body.append(host);
  selected = [];
  stage = new Stage(host, { onSelect: (selection) => selected.push(selection) });
  stage.show(tape);
  await painted(0);
});

afterEach(() => {
  stage.destroy();
  host.remove();
});

describe("the stage", () => {
  it("shows a forward and a gradient card for every module, and chips for parameters", () => {
    expect(find(".stage-root").dataset.painted).toBe("made-by-hand");
    expect(host.querySelectorAll("[data-card]").length).toBe(3);
    expect(host.querySelectorAll("[data-gradient-card]").length).toBe(3);
    expect(find('[data-card="call:0"]').textContent).toContain("scale");
    expect(find(`[data-chip="${w}"]`).textContent).toContain("weight");
  });

  it("follows the playhead without moving a card", async () => {
    const before = find('[data-card="call:0"]').style.transform;
    expect(find('[data-card="call:0"]').dataset.state).toBe("not-yet");
    stage.setPlayhead(1);
    await painted(1);
    expect(find('[data-card="call:0"]').dataset.state).toBe("current");
    stage.setPlayhead(6);
    await painted(6);
    expect(find('[data-card="call:0"]').dataset.state).toBe("done");
    expect(find('[data-card="call:0"]').style.transform).toBe(before);
    expect(find(".stage-loss-value").textContent).toBe("36");
  });

  it("tells apart a gradient that is not there yet, that never will be, and a value", async () => {
    const look = (key: string): string | undefined =>
      find(`[data-gradient-card="${key}"]`).dataset.look;
    expect([look("tensor:0"), look("call:0")]).toEqual(["none", "not-yet"]);
    expect(find('[data-gradient-card="tensor:0"]').ariaLabel).toContain("does not require");
    stage.setPlayhead(3);
    await painted(3);
    expect([look("tensor:0"), look("call:0")]).toEqual(["none", "value"]);
    expect(find('[data-gradient-card="call:0"]').textContent).toContain("‖∂‖ 12");
  });

  it("marks an updated parameter at its event", async () => {
    stage.setPlayhead(6);
    await painted(6);
    expect(find(`[data-chip="${w}"]`).classList).toContain("is-updated");
    expect(find(`[data-chip="${w}"]`).dataset.state).toBe("current");
  });

  it("selects what is clicked, and nothing on the ground", () => {
    click(find('[data-card="call:0"]'));
    click(find('[data-gradient-card="call:0"]'));
    click(find(`[data-chip="${w}"]`));
    click(find(".stage-root"));
    expect(selected).toEqual([
      { kind: "call", id: 0 },
      { kind: "tensor", id: tape.structure.tensors[product]?.gradient },
      { kind: "tensor", id: w },
      null,
    ]);
  });

  it("shows a selection that comes from outside without telling it back", async () => {
    stage.select({ kind: "op", id: 0 });
    await vi.waitFor(() => expect(find('[data-card="call:0"]').classList).toContain("is-selected"));
    expect(selected).toEqual([]);
  });

  it("is walked by keys: Enter goes in, arrows along the edges, Escape leaves", async () => {
    const root = find(".stage-root");
    const chosen = (): Selection | null | undefined => selected.at(-1);
    press(root, "Enter");
    expect(chosen()).toEqual({ kind: "tensor", id: 0 });
    press(root, "ArrowRight");
    expect(chosen()).toEqual({ kind: "call", id: 0 });
    press(root, "ArrowDown");
    expect(chosen()).toEqual({ kind: "tensor", id: tape.structure.tensors[product]?.gradient });
    press(root, "ArrowUp");
    press(root, "ArrowLeft");
    press(root, "ArrowDown");
    expect(chosen()).toEqual({ kind: "tensor", id: w });
    await vi.waitFor(() =>
      expect(find('.stage-said[role="status"]').textContent).toBe(
        "scale.weight, parameter, a single number, value 2, gradient not yet, 2 of 2 here.",
      ),
    );
    press(root, "Escape");
    expect(chosen()).toBeNull();
    press(root, "3");
    await vi.waitFor(() => expect(find('[data-card="op:0"]').textContent).toContain("scale"));
  });

  it("is one stop of the Tab key", () => {
    expect([...host.querySelectorAll("[tabindex='0']")]).toEqual([find(".stage-root")]);
  });

  it("selects several with Shift, and one less the second time", () => {
    const several: (readonly Selection[])[] = [];
    stage.destroy();
    stage = new Stage(host, {
      onSelect: (selection) => several.push(selection === null ? [] : [selection]),
      onSelectSeveral: (selections) => several.push(selections),
    });
    stage.show(tape);
    return vi.waitFor(() => {
      several.length = 0;
      stage.select(null);
      const [card, chip] = [find('[data-card="call:0"]'), find(`[data-chip="${w}"]`)];
      click(card);
      click(chip, true);
      click(card, true);
      expect(several).toEqual([
        [{ kind: "call", id: 0 }],
        [
          { kind: "call", id: 0 },
          { kind: "tensor", id: w },
        ],
        [{ kind: "tensor", id: w }],
      ]);
    });
  });

  it("leaves the transport's keys alone", () => {
    const heard: string[] = [];
    host.addEventListener("keydown", (event) => heard.push(event.key));
    for (const key of ["ArrowRight", " ", "n", "Home"]) press(find(".stage-root"), key);
    expect(heard).toEqual(["ArrowRight", " ", "n", "Home"]);
  });

  it("shows new numbers of the same structure on the same cards", async () => {
    const card = find('[data-card="call:0"]');
    stage.show({ ...tape, frame: { ...tape.frame, iteration: 1, loss: 9.5 } });
    stage.setPlayhead(2);
    await painted(2);
    expect(find('[data-card="call:0"]')).toBe(card);
    expect(find(".stage-loss-value").textContent).toBe("9.500");
  });

  it("marks for a moment what an edit of the same iteration has changed", async () => {
    const blob = tape.blob.slice();
    const slot = tape.structure.slots[tape.structure.tensors[w]?.slot ?? -1];
    blob[slot?.offset ?? -1] = 7;
    stage.show({ ...tape, blob });
    await vi.waitFor(() => expect(find(`[data-chip="${w}"]`).classList).toContain("is-changed"));
    expect(find('[data-card="tensor:0"]').classList).not.toContain("is-changed");
    await vi.waitFor(
      () => expect(find(`[data-chip="${w}"]`).classList).not.toContain("is-changed"),
      3000,
    );
  });

  it("shows another structure in place of the first, and nothing for none", async () => {
    const builder = new TapeBuilder();
    const x = builder.input("other", { shape: [1], values: [1] });
    builder.op("aten.exp", [x], { shape: [1], values: [Math.E] });
    stage.show(builder.tape("another"));
    await vi.waitFor(() => expect(find(".stage-root").dataset.painted).toBe("another"));
    expect(host.querySelector('[data-card="call:0"]')).toBeNull();
    stage.show(null);
    await vi.waitFor(() => expect(host.querySelector("[data-card]")).toBeNull());
  });
});

describe("a tape that ends before a layer", () => {
  async function showPart(): Promise<HTMLElement> {
    const builder = new TapeBuilder();
    const one = { shape: [1], values: [1] };
    const x = builder.input("input", one);
    builder.call("module", "fc1", "Linear", () => builder.op("aten.mul", [x, x], one, "fc1"));
    stage.show(builder.tape("part"), { name: "fc2", kind: "linear", inputs: ["fc1"] });
    await vi.waitFor(() => expect(find(".stage-root").dataset.painted).toBe("part"));
    return find(".stage-card--missing");
  }

  it("shows the place of the layer, which cannot be selected", async () => {
    const missing = await showPart();
    expect(missing.textContent).toBe("fc2lineardoes not work");
    click(missing);
    expect(selected).toEqual([]);
  });

  it("shows no gradients, and all of them again with a whole tape", async () => {
    await showPart();
    expect(host.querySelector("[data-gradient-card]")).toBeNull();
    stage.show(tape);
    await painted(0);
    expect(host.querySelectorAll("[data-gradient-card]").length).toBe(3);
    expect(host.querySelector(".stage-card--missing")).toBeNull();
  });
});

describe("groups", () => {
  it("open in place and close again", async () => {
    const builder = new TapeBuilder();
    const one = { shape: [1], values: [1] };
    const x = builder.input("input", one);
    const out = builder.call("module", "pair", "Pair", () =>
      builder.op("aten.exp", [builder.op("aten.sin", [x], one)], one),
    );
    builder.call("module", "after", "After", () => builder.op("aten.cos", [out], one));
    stage.show(builder.tape("pair"));
    await vi.waitFor(() => expect(find('[data-card="call:0"]').textContent).toContain("pair"));
    click(find('[data-card="call:0"] .stage-open'));
    await vi.waitFor(() => expect(find('[data-card="op:0"]').textContent).toContain("sin"));
    expect(find('[data-card="call:1"]').textContent).toContain("after");
    expect(find(".stage-frame-title").textContent).toContain("pair");
    click(find(".stage-frame-title"));
    await vi.waitFor(() => expect(find('[data-card="call:0"]').textContent).toContain("pair"));
  });
});
