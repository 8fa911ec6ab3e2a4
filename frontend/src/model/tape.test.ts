import { describe, expect, it } from "vitest";
import { squareTape, TapeBuilder } from "../../test/tapeBuilder";
import {
  decodeTape,
  gradientState,
  isVisible,
  statisticsOf,
  tensorOf,
  toNumber,
  valuesOf,
} from "./tape";

function twoNumbers(): TapeBuilder {
  const builder = new TapeBuilder();
  builder.input("x", { shape: [2], values: [1.5, -2] });
  return builder;
}

describe("decoding", () => {
  it("reads float32 numbers where the slots say", () => {
    const { tape, x, w, loss } = squareTape();
    expect([x, w, loss].map((id) => valuesOf(tape, id)?.values[0])).toEqual([3, 2, 36]);
  });

  it("takes the structure of the tape before where the answer leaves it out", () => {
    const builder = twoNumbers();
    const known = builder.tape("same");
    const next = decodeTape(
      { structure: null, frame: builder.frame("same") },
      builder.bytes(),
      known,
    );
    expect(next.structure).toBe(known.structure);
    expect(next.revealed).toBe(known.revealed);
  });

  it("refuses a frame of a structure that nobody sent", () => {
    const builder = twoNumbers();
    const other = builder.tape("other");
    const json = { structure: null, frame: builder.frame("mine") };
    expect(() => decodeTape(json, builder.bytes(), other)).toThrow("mine");
  });

  it("refuses a blob that is too short for its slots", () => {
    const builder = twoNumbers();
    const json = { structure: builder.structure(), frame: builder.frame() };
    expect(() => decodeTape(json, builder.bytes().slice(0, 4))).toThrow(/Slot 0/);
    expect(() => decodeTape(json, builder.bytes().slice(0, 3))).toThrow(/whole float32/);
  });

  it("reads numbers that JSON carries by name", () => {
    expect(toNumber("NaN")).toBeNaN();
    expect(toNumber("-Infinity")).toBe(-Infinity);
    expect(toNumber(0.25)).toBe(0.25);
  });

  it("says so when a tensor does not exist", () => {
    expect(() => tensorOf(squareTape().tape.structure, 99)).toThrow(RangeError);
  });
});

describe("statistics", () => {
  it("are counted from the numbers where these are all there", () => {
    const tape = twoNumbers().tape();
    expect(statisticsOf(tape, 0)).toMatchObject({ min: -2, max: 1.5, l2_norm: 2.5 });
  });

  it("are the server's for a preview, names of numbers included", () => {
    const builder = twoNumbers();
    const sent = {
      min: "-Infinity" as const,
      max: 9,
      mean: 1,
      std: 2,
      l2_norm: 7,
      zero_share: 0.5,
      non_finite: 1,
    };
    const frame = { ...builder.frame(), statistics: { "0": sent } };
    const tape = decodeTape({ structure: builder.structure(), frame }, builder.bytes());
    expect(statisticsOf(tape, 0)).toEqual({ ...sent, min: -Infinity });
  });
});

describe("what can be seen at a playhead", () => {
  it("is inputs and parameters from the start, results once their op ran", () => {
    const { tape, x, w, product, loss } = squareTape();
    expect([x, w, product, loss].map((id) => isVisible(tape, id, 0))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect([x, w, product, loss].map((id) => isVisible(tape, id, 1))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(isVisible(tape, loss, 2)).toBe(true);
  });

  it("tells a gradient that will come from one that never does", () => {
    const { tape, x, w, product } = squareTape();
    expect(gradientState(tape, x, 0)).toEqual({
      state: "none",
      reason: "it does not require a gradient",
    });
    expect(gradientState(tape, product, 2).state).toBe("not_yet");
    expect(gradientState(tape, product, 3).state).toBe("value");
    expect(gradientState(tape, w, 4).state).toBe("not_yet");
    expect(gradientState(tape, w, 5).state).toBe("value");
  });

  it("gives the sum of both gradients of a factor that is used twice", () => {
    const { tape, product, w } = squareTape();
    const whole = gradientState(tape, product, 3);
    // d(a·a)/da = 2a, at a = 6.
    expect(whole.state === "value" && valuesOf(tape, whole.tensor)?.values[0]).toBe(12);
    const ofWeight = gradientState(tape, w, 9);
    expect(ofWeight.state === "value" && valuesOf(tape, ofWeight.tensor)?.values[0]).toBe(36);
  });
});
