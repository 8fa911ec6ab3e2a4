import { expect, test } from "vitest";
import { renameFile } from "./exports";

test("a file is named after a spec that was renamed in the page", () => {
  expect(renameFile("moons.svg", null)).toBe("moons.svg");
  expect(renameFile("moons.svg", "My run / 1")).toBe("My-run-1.svg");
  expect(renameFile("moons.safetensors", "v1.2")).toBe("v1.2.safetensors");
  expect(renameFile("moons.py", "…")).toBe("moons.py");
});
