import type { Context, ErrorHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import type * as z from "zod";
import { assertNever, type Result } from "../core/result.ts";
import type { Refusal } from "../core/catalog.ts";
import { logError } from "../log/log.ts";
import { fieldWords } from "./field-words.ts";

type Status = 400 | 401 | 403 | 404 | 409 | 413 | 422 | 426 | 429 | 503;

/** One entry of the Public API's error envelope. */
export interface ProblemDetail {
  readonly type: string;
  readonly message: string;
  readonly field?: string;
}

/** A refusal on its way to `onError`: thrown by handlers of this room only, never below it. */
export class Problem extends Error {
  readonly status: Status;
  readonly errors: readonly ProblemDetail[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: Status, errors: readonly ProblemDetail[], headers: Readonly<Record<string, string>> = {}) {
    super(errors[0]?.message ?? "refused");
    this.name = "Problem";
    this.status = status;
    this.errors = errors;
    this.headers = headers;
  }
}

/** A value the client sent that cannot be used. */
export const invalid = (message: string, field?: string): Problem =>
  new Problem(422, [{ type: "invalid", message, ...(field === undefined ? {} : { field }) }]);

/** Something the path names does not exist. */
export const notThere = (message: string): Problem => new Problem(404, [{ type: "not_found", message }]);

export const limited = (retryAfterMs: number, message = "Too many wrong tokens; wait a moment."): Problem =>
  new Problem(429, [{ type: "rate_limited", message }], {
    "retry-after": String(Math.max(1, Math.ceil(retryAfterMs / 1000))),
  });

/** What zod found, field by field. Values are not repeated: they may be secrets. */
export const fromZod = (error: z.core.$ZodError): Problem =>
  new Problem(
    422,
    error.issues.map((issue) => ({
      type: "invalid",
      message: fieldWords(issue),
      ...(issue.path.length === 0 ? {} : { field: issue.path.join(".") }),
    })),
  );

function statusOf(type: Refusal["type"]): Status {
  switch (type) {
    case "not_found":
      return 404;
    case "conflict":
      return 409;
    case "invalid":
      return 422;
    default:
      return assertNever(type);
  }
}

/** The value of a Catalog answer; its refusal becomes the request's answer. */
export function unwrap<T>(result: Result<T, Refusal>): T {
  if (result.ok) return result.value;
  const { type, message, field } = result.error;
  throw new Problem(statusOf(type), [{ type, message, ...(field === undefined ? {} : { field }) }]);
}

/** No cache keeps it, no browser takes it for a page, no other site embeds it, and nothing in it would be run. */
export const DATA_HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
} as const;

const envelope = (errors: readonly ProblemDetail[], init: ResponseInit): Response =>
  Response.json({ errors }, { ...init, headers: { ...init.headers, ...DATA_HEADERS } });

export const notFound = (_c: Context): Response =>
  envelope([{ type: "not_found", message: "There is nothing at this path." }], { status: 404 });

/**
 * The one place where an exception becomes an answer. Refusals keep their words; a bug is logged with an id and
 * answered with that id only, so that neither stack nor secret leaves.
 */
export const onError =
  (newRequestId: () => string): ErrorHandler =>
  (error, c) => {
    if (error instanceof Problem) return envelope(error.errors, { status: error.status, headers: error.headers });
    if (error instanceof HTTPException && error.status < 500) {
      return envelope([{ type: "bad_request", message: error.message }], { status: error.status });
    }
    const requestId = newRequestId();
    logError("control_plane_failed", { requestId, ray: c.req.header("cf-ray") }, error);
    return Response.json(
      { errors: [{ type: "internal", message: "The collector failed to answer." }], requestId },
      { status: 500, headers: { "x-request-id": requestId, ...DATA_HEADERS } },
    );
  };
