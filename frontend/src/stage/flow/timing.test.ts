import { expect, it } from "vitest";
import { squareTape, TapeBuilder } from "../../../test/tapeBuilder";
import { buildScene } from "../scene/scene";
import {
  backwardState,
  currentItem,
  currentLeaf,
  forwardState,
  timeScene,
  widthOfNorm,
} from "./timing";

const { tape, w } = squareTape();
const scene = buildScene(tape.structure, "module", new Map());
const timing = timeScene(scene, tape);
const playheads = tape.structure.events.map((_, index) => index + 1);

it("lets cards be not yet, then current, then done, forward and back", () => {
  const card = [0, ...playheads].map((p) => forwardState(scene, timing, 1, p));
  expect(card).toEqual(["not-yet", "current", "done", "done", "done", "done", "done"]);
  const gradient = [0, ...playheads].map((p) => backwardState(scene, tape, timing, 1, p));
  // Its gradient arrives when the loss' node runs; then its own node does.
  expect(gradient).toEqual(["not-yet", "not-yet", "not-yet", "done", "current", "done", "done"]);
});

it("knows which card and which parameter each event is about", () => {
  expect(playheads.map((p) => currentItem(timing, p))).toEqual([1, 2, 2, 1, -1, -1]);
  expect(playheads.map((p) => currentLeaf(timing, p))).toEqual([-1, -1, -1, -1, w, w]);
});

it("adds up what runs along one edge, and tells when", () => {
  const edge = scene.backward.findIndex(({ from }) => from === 2);
  expect(timing.arrives[edge]).toBe(3);
  expect(timing.flows[edge]).toEqual({ kind: "value", norm: Math.sqrt(72) });
});

it.each([
  [[0], { kind: "zero" }],
  [[NaN], { kind: "not-finite" }],
  [null, { kind: "unreached" }],
])("tells a flow of %j from others", (sent, flow) => {
  const builder = new TapeBuilder();
  const one = { shape: [1], values: [1] };
  const weight = builder.parameter("weight", one);
  const made = builder.op("aten.exp", [weight], one);
  const loss = builder.op("aten.sum", [made], one, "loss");
  builder.backward(loss, () => sent);
  const drawn = buildScene(builder.structure(), "op", new Map());
  expect(timeScene(drawn, builder.tape()).flows[0]).toEqual(flow);
});

it("makes an edge wider by the same for every power of ten, within limits", () => {
  const step = widthOfNorm(1) - widthOfNorm(0.1);
  expect(widthOfNorm(1e-3) - widthOfNorm(1e-4)).toBeCloseTo(step);
  expect(widthOfNorm(1e-30)).toBe(widthOfNorm(1e-6));
  expect(widthOfNorm(1e30)).toBe(widthOfNorm(1e3));
});
