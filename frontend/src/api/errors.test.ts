import { describe, expect, it } from "vitest";
import { ApiError, describeFailure, readProblems } from "./errors";

describe("the server's error shape", () => {
  it("is read with all of its problems", () => {
    const problem = { code: "out_of_range", path: "seed", message: "too large" };
    const error = { ...problem, errors: [problem, { ...problem, path: "batch_size" }] };
    expect(readProblems({ error }).map(({ path }) => path)).toEqual(["seed", "batch_size"]);
  });

  it("is read alone where nothing more is listed", () => {
    const error = { code: "busy", path: null, message: "try again" };
    expect(readProblems({ error })).toEqual([error]);
    expect(readProblems(error)).toEqual([error]);
  });

  it("is nothing where the answer is something else", () => {
    expect([null, "<html>", { detail: "no" }].flatMap(readProblems)).toEqual([]);
  });
});

describe("a failure in words", () => {
  it("is the server's message, and never an object or a trace", () => {
    const refused = new ApiError(422, [{ code: "a", path: null, message: "Too many layers." }]);
    expect(describeFailure(refused)).toBe("Too many layers.");
    expect(describeFailure({ some: "thing" })).not.toContain("[object");
    expect(describeFailure(new TypeError("x is undefined"))).not.toContain("undefined");
  });
});
