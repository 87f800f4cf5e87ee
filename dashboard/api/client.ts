import type { Problem } from "../logic/field-errors.ts";

/** A call that did not give an answer to use: refused (4xx), failed (5xx) or never arrived (status 0). */
export class ApiError extends Error {
  readonly status: number;
  readonly problems: readonly Problem[];
  /** Names the failure in the collector's log, for whoever looks there. */
  readonly requestId: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, problems: readonly Problem[], requestId?: string, retryAfterSeconds?: number) {
    super(problems[0]?.message ?? sentenceFor(status));
    this.name = "ApiError";
    this.status = status;
    this.problems = problems;
    this.requestId = requestId;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Calls the control plane with the session cookie and returns the envelope's `data`; throws ApiError otherwise. */
export async function api<T>(method: Method, path: string, body?: unknown): Promise<T> {
  const response = await call(method, path, body);
  const answer = await readEnvelope(response);
  if (response.ok && answer.data !== undefined) return answer.data as T;
  throw refusal(response, answer);
}

/** For the routes that answer with plain text. */
export async function apiText(path: string): Promise<string> {
  const response = await call("GET", path);
  if (!response.ok) throw refusal(response, await readEnvelope(response));
  try {
    return await response.text();
  } catch (error) {
    throw unreached(error);
  }
}

/** For the routes that answer little by little. Once `signal` is aborted, nothing more is read or sent. */
export async function apiStream(path: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
  const response = await call("GET", path, undefined, signal);
  if (response.ok && response.body !== null) return response.body;
  throw refusal(response, await readEnvelope(response));
}

async function call(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  try {
    return await fetch(`/api${path}`, {
      method,
      credentials: "same-origin",
      ...(signal === undefined ? {} : { signal }),
      ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
  } catch (error) {
    throw unreached(error);
  }
}

/** fetch rejects with a TypeError for every network failure; anything else is a bug. */
export const unreached = (error: unknown): unknown => (error instanceof TypeError ? new ApiError(0, []) : error);

function refusal(response: Response, answer: Envelope): ApiError {
  const retryAfter = Number(response.headers.get("retry-after") ?? Number.NaN);
  return new ApiError(
    response.ok ? 502 : response.status,
    answer.errors ?? [],
    answer.requestId ?? response.headers.get("x-request-id") ?? undefined,
    Number.isFinite(retryAfter) ? retryAfter : undefined,
  );
}

interface Envelope {
  readonly data?: unknown;
  readonly errors?: readonly Problem[];
  readonly requestId?: string;
}

async function readEnvelope(response: Response): Promise<Envelope> {
  try {
    const value: unknown = await response.json();
    return typeof value === "object" && value !== null ? (value as Envelope) : {};
  } catch (error) {
    // Not JSON: something in front of the collector answered. The status says enough.
    if (error instanceof SyntaxError || error instanceof TypeError) return {};
    throw error;
  }
}

function sentenceFor(status: number): string {
  if (status === 0) return "The collector could not be reached.";
  if (status === 401) return "You are signed out.";
  if (status === 403) return "You may not do this.";
  if (status === 404) return "This does not exist (any more).";
  if (status === 429) return "Too many attempts; wait a moment.";
  return status >= 500 ? "The collector failed to answer." : `The collector refused this (${status}).`;
}
