import { describe, expect, it } from "vitest";
import { actionFor } from "./keys";

describe("keys", () => {
  const key = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };

  it("step by events, and with Shift by calls", () => {
    expect(actionFor({ ...key, key: "ArrowRight" })).toBe("stepForward");
    expect(actionFor({ ...key, key: "ArrowRight", shiftKey: true })).toBe("callForward");
  });

  it("leave the browser's own combinations alone", () => {
    expect(actionFor({ ...key, key: "r", ctrlKey: true })).toBeNull();
    expect(actionFor({ ...key, key: "ArrowLeft", altKey: true })).toBeNull();
    expect(actionFor({ ...key, key: "z", ctrlKey: true, shiftKey: true })).toBe("redo");
  });
});
