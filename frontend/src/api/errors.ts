/** What the server says when it refuses, as one exception. */

export interface Problem {
  code: string;
  /** The place in the input, as in `network.layers[3].out_features`. */
  path: string | null;
  message: string;
}

/** A refused or failed request. `problems` has one entry or more; the first speaks for all. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly status: number,
    readonly problems: readonly [Problem, ...Problem[]],
  ) {
    super(problems[0].message);
  }

  get code(): string {
    return this.problems[0].code;
  }
}

function toProblem(raw: unknown): Problem | null {
  if (typeof raw !== "object" || raw === null) return null;
  const { code, path, message } = raw as Record<string, unknown>;
  if (typeof message !== "string") return null;
  return {
    code: typeof code === "string" ? code : "error",
    path: typeof path === "string" ? path : null,
    message,
  };
}

/** All problems of an error body `{"error": {code, path, message, errors?: […]}}`, or of its inside. */
export function readProblems(body: unknown): Problem[] {
  if (typeof body !== "object" || body === null) return [];
  const error = "error" in body ? body.error : body;
  const listed =
    typeof error === "object" && error !== null && "errors" in error && Array.isArray(error.errors)
      ? error.errors
      : [];
  const problems = listed.map(toProblem).filter((problem) => problem !== null);
  if (problems.length > 0) return problems;
  const single = toProblem(error);
  return single === null ? [] : [single];
}

export function isUnreachable(error: unknown): boolean {
  return error instanceof ApiError && error.code === "unreachable";
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

/** One sentence for the screen, whatever was thrown. */
export function describeFailure(error: unknown): string {
  if (error instanceof ApiError) return error.message;
  if (isAbort(error)) return "Cancelled.";
  return "Something went wrong in this page. Reload it to go on; nothing on the server is lost.";
}
