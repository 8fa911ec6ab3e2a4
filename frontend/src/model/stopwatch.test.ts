import { expect, it } from "vitest";
import { Stopwatch } from "./stopwatch";

it("counts only while something runs", () => {
  const watch = new Stopwatch();
  expect(watch.tell(false, 1_000)).toBe(0);
  expect(watch.tell(true, 5_000)).toBe(0);
  expect(watch.tell(true, 5_500)).toBe(0.5);
  expect(watch.tell(false, 6_000)).toBe(1);
  expect(watch.tell(false, 9_000)).toBe(1);
});
