/** The REST interface under /api/v1: every request of the page goes through here. */

import { ApiError, isAbort, readProblems } from "./errors";
import { readFileName } from "./fileName";
import type {
  Catalog,
  Command,
  Example,
  Finding,
  LayerHistory,
  Metrics,
  NestedNumbers,
  OpTimes,
  SessionState,
  TapeJson,
  WholeTape,
} from "./types";

/** A spec as JSON; the forms are built from the catalog, so its inside is not typed further. */
export type JsonObject = { [key: string]: unknown };

const BASE = "/api/v1";

async function refusal(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  const [first, ...others] = readProblems(body);
  const unexplained = {
    code: "unexplained",
    path: null,
    message: `The server answered with status ${response.status} and no explanation.`,
  };
  return new ApiError(response.status, [first ?? unexplained, ...others]);
}

async function send(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(BASE + path, init);
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new ApiError(0, [
      { code: "unreachable", path: null, message: "The server cannot be reached right now." },
    ]);
  }
  if (!response.ok) throw await refusal(response);
  return response;
}

async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await send(path, { signal: signal ?? null });
  return (await response.json()) as T;
}

async function postJson<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  const response = await send(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal: signal ?? null,
  });
  return (await response.json()) as T;
}

function session(id: string): string {
  return `/sessions/${encodeURIComponent(id)}`;
}

export function fetchCatalog(): Promise<Catalog> {
  return getJson("/catalog");
}

export function fetchExamples(): Promise<Example[]> {
  return getJson("/examples");
}

export type OpeningRequest =
  { spec: JsonObject } | { example: string } | { branch: { session: string; iteration: number } };

export function openSession(request: OpeningRequest, signal?: AbortSignal): Promise<SessionState> {
  return postJson("/sessions", request, signal);
}

export function fetchSession(id: string, signal?: AbortSignal): Promise<SessionState> {
  return getJson(session(id), signal);
}

export async function deleteSession(id: string): Promise<void> {
  await send(session(id), { method: "DELETE" });
}

/** Sends a command; the answer is the sequence number under which the session took it. */
export function sendCommand(id: string, command: Command): Promise<{ sequence: number }> {
  return postJson(`${session(id)}/commands`, command);
}

/** What can be run of a wrong spec: its forward pass before the first layer at fault. */
export async function recordUntilMistake(
  spec: JsonObject,
  signal?: AbortSignal,
): Promise<WholeTape> {
  const path = "/record?until=mistake&values=blob";
  const json = await postJson<TapeJson & { blob: string }>(path, spec, signal);
  const bytes = Uint8Array.from(atob(json.blob), (character) => character.charCodeAt(0));
  return { json, blob: bytes.buffer };
}

export function fetchTape(
  id: string,
  iteration: number,
  knownStructure: string | null,
  signal?: AbortSignal,
): Promise<TapeJson> {
  const query = new URLSearchParams({ iteration: String(iteration) });
  if (knownStructure !== null) query.set("known_structure", knownStructure);
  return getJson(`${session(id)}/tape?${query}`, signal);
}

export async function fetchTapeBlob(
  id: string,
  iteration: number,
  signal?: AbortSignal,
): Promise<ArrayBuffer> {
  const path = `${session(id)}/tape/blob?iteration=${iteration}`;
  const response = await send(path, { signal: signal ?? null });
  return response.arrayBuffer();
}

/** How long each op of a recorded iteration takes; the session runs it again to find out. */
export function fetchTimes(id: string, iteration: number, signal?: AbortSignal): Promise<OpTimes> {
  return getJson(`${session(id)}/tape/times?iteration=${iteration}`, signal);
}

/** Columns over the iterations from `since` on. */
export function fetchMetrics(
  id: string,
  { since = 0, signal }: { since?: number; signal?: AbortSignal } = {},
): Promise<Metrics> {
  return getJson(`${session(id)}/metrics?since=${since}`, signal);
}

export function fetchLayers(
  id: string,
  iterations: readonly number[],
  signal?: AbortSignal,
): Promise<LayerHistory> {
  const query = new URLSearchParams(iterations.map((each) => ["iterations", String(each)]));
  return getJson(`${session(id)}/layers?${query}`, signal);
}

export function fetchDiagnosis(id: string, signal?: AbortSignal): Promise<Finding[]> {
  return getJson(`${session(id)}/diagnosis`, signal);
}

/** Exact numbers of a part of a tensor, `slice` as in Python: "0:10,:". */
export function fetchValues(
  id: string,
  tensor: number,
  slice: string,
  iteration: number,
  signal?: AbortSignal,
): Promise<{ values: NestedNumbers }> {
  const query = new URLSearchParams({ iteration: String(iteration) });
  if (slice !== "") query.set("slice", slice);
  return getJson(`${session(id)}/tensors/${tensor}/values?${query}`, signal);
}

/** What the figures mean, by name: the layouts of Plotly figures. */
export function fetchFigureLayouts(): Promise<Record<string, JsonObject>> {
  return getJson("/figures");
}

/** The session as a file; `iteration` is the one that a kind about one iteration is about. */
export async function fetchExport(
  id: string,
  kind: string,
  iteration: number | null,
  signal?: AbortSignal,
): Promise<{ content: Blob; name: string }> {
  const query = iteration === null ? "" : `?iteration=${iteration}`;
  const path = `${session(id)}/exports/${encodeURIComponent(kind)}${query}`;
  const response = await send(path, { signal: signal ?? null });
  const name = readFileName(response.headers.get("Content-Disposition"));
  return { content: await response.blob(), name };
}
