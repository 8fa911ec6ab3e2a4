import { expect, test } from "vitest";
import { readFileName } from "./fileName";

test("a file is named as the server says", () => {
  expect(readFileName('attachment; filename="moons.svg"')).toBe("moons.svg");
  expect(readFileName("attachment")).toBe("gradtape");
  expect(readFileName(null)).toBe("gradtape");
});
