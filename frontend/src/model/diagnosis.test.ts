import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Finding } from "../api/types";
import { evidenceOf, JUDGED_AFTER, verdictOfNothing } from "./diagnosis";

const finding: Finding = {
  kind: "oscillation",
  layer: "fc1",
  iteration: 3,
  evidence: { update_ratio: 0.25, layers: 20, loss: "NaN" },
  message: "",
  suggestion: "",
  cure: null,
};

describe("a diagnosis in words", () => {
  it("names the numbers of a finding, those that are none too", () => {
    expect(evidenceOf(finding)).toEqual([
      { name: "update ratio", value: "0.250" },
      { name: "layers", value: "20" },
      { name: "loss", value: "NaN" },
    ]);
  });

  it("calls nothing healthy before there is evidence", () => {
    const titles = [0, 1, 20, 21, 99, 100].map(
      (iterations) => verdictOfNothing({ iterations, recorded: 0 }).title,
    );
    expect(titles).toEqual([
      "Nothing to judge yet",
      "Nothing wrong so far",
      "Nothing wrong so far",
      "Healthy so far",
      "Healthy so far",
      "Healthy",
    ]);
    expect(verdictOfNothing({ iterations: 5, recorded: null }).title).toBe("Nothing to judge yet");
  });

  it("says what was looked at", () => {
    const { text } = verdictOfNothing({ iterations: 500, recorded: 499 });
    expect(text).toContain("iteration 499");
    expect(text).toContain("500 losses");
  });

  it("waits for as many iterations as the server does", () => {
    const thresholds = readFileSync("../backend/gradtape/engine/diagnosis/thresholds.py", "utf8");
    expect(thresholds).toContain(`\nFEWEST_ZIGZAGS = ${JUDGED_AFTER.oscillation}\n`);
    expect(thresholds).toContain(`\nPLATEAU_ITERATIONS = ${JUDGED_AFTER.plateau}\n`);
  });
});
