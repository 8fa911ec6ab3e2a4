import { flushSync, mount, unmount } from "svelte";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Finding } from "../../api/types";
import DiagnosisPane from "./DiagnosisPane.svelte";

const cured = { label: "learning rate 0.1", spec: { name: "slower" } } as unknown;
const finding = {
  kind: "oscillation",
  layer: "fc2",
  iteration: 30,
  evidence: { update_ratio: 0.5 },
  message: "The loss runs away.",
  suggestion: "Take smaller steps.",
  cure: cured,
} as Finding;
let mounted: Record<string, unknown> | null = null;

function show(changes: object = {}): HTMLElement {
  document.body.innerHTML = "";
  const props = {
    findings: [finding],
    failure: null,
    looked: { iterations: 31, recorded: 30 },
    onSelectLayer: () => undefined,
    ...changes,
  };
  mounted = mount(DiagnosisPane, { target: document.body, props });
  flushSync();
  return document.body;
}

function button(body: HTMLElement, name: string): HTMLButtonElement | undefined {
  return [...body.querySelectorAll("button")].find((each) => each.textContent.trim() === name);
}

afterEach(async () => {
  if (mounted !== null) await unmount(mounted);
  mounted = null;
});

describe("the diagnosis", () => {
  it("leads to the layer, in the iteration that shows it", () => {
    const onSelectLayer = vi.fn();
    button(show({ onSelectLayer }), "fc2")?.click();
    expect(onSelectLayer).toHaveBeenCalledWith("fc2", 30);
  });

  it("tries a cure where runs can be opened, and only there", () => {
    const onTry = vi.fn();
    button(show({ onTry }), "Try it in a copy")?.click();
    expect(onTry).toHaveBeenCalledWith({ name: "slower" }, "learning rate 0.1");
    expect(button(show(), "Try it in a copy")).toBeUndefined();
  });

  it("has no button where no spec can be a cure", () => {
    const body = show({ findings: [{ ...finding, cure: null }], onTry: () => undefined });
    expect(button(body, "Try it in a copy")).toBeUndefined();
  });

  it("says what was looked at where nothing is wrong, and nothing before there is an answer", () => {
    expect(show({ findings: [] }).textContent).toContain("iteration 30");
    expect(show({ findings: null }).textContent).not.toContain("ealthy");
  });
});
