import { beforeEach, describe, expect, it, vi } from "vitest";
import { escapeXml, SvgDrawing } from "./svgDrawing";

function parse(text: string): Document {
  return new DOMParser().parseFromString(text, "image/svg+xml");
}

let drawing: SvgDrawing;

beforeEach(() => {
  // jsdom measures no text.
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(null);
  drawing = new SvgDrawing(200, 100);
});

describe("a drawing written as SVG", () => {
  it("is well formed whatever a layer is called", () => {
    const name = `</text><script>"&'\u0007\ud800`;
    drawing.fillText(name, 1, 2);
    const read = parse(drawing.toText(name));
    expect(read.querySelector("parsererror")).toBeNull();
    expect(read.querySelector("script")).toBeNull();
    expect(read.querySelector("text")?.textContent).toBe(`</text><script>"&'\ufffd\ufffd`);
    expect(escapeXml("fc1 · ∂")).toBe("fc1 · ∂");
  });

  it("keeps text as text, with anchor, weight and its middle where it was asked for", () => {
    Object.assign(drawing, { font: "650 20px system-ui", textAlign: "center" });
    drawing.textBaseline = "middle";
    drawing.fillText("relu", 50, 40);
    const text = parse(drawing.toText("")).querySelector("text");
    expect(text?.getAttribute("text-anchor")).toBe("middle");
    expect(text?.getAttribute("font-weight")).toBe("650");
    expect(Number(text?.getAttribute("y"))).toBeCloseTo(47);
  });

  it("draws rounded boxes whose corners are never wider than the box", () => {
    drawing.beginPath();
    drawing.roundRect(0, 0, 10, 4, 50);
    drawing.fill();
    const path = parse(drawing.toText("")).querySelector("path")?.getAttribute("d");
    expect(path).toBe("M2 0h6a2 2 0 0 1 2 2v0a2 2 0 0 1 -2 2h-6a2 2 0 0 1 -2 -2v0a2 2 0 0 1 2 -2Z");
  });

  it("closes every group that a transform has opened", () => {
    drawing.setTransform(2, 0, 0, 2, 0.5, 0);
    drawing.fillRect(0, 0, 1, 1);
    drawing.setTransform(1, 0, 0, 1, 0, 0);
    drawing.fillRect(0, 0, 1, 1);
    const read = parse(drawing.toText(""));
    expect(read.querySelector("parsererror")).toBeNull();
    const groups = [...read.querySelectorAll("svg > g")];
    expect(groups.map((group) => group.children.length)).toEqual([1, 1]);
  });
});
