import { classifyHttp, networkReason, parseRetryAfter, type Outcome } from "../../core/delivery.ts";
import { clip } from "../../core/mask.ts";
import type { RawExchange } from "./call.ts";
import type { Hide } from "./secrets.ts";
import { RenewalFailed } from "./tokens.ts";

/** A failure before it is told of one event: what happened, and the status that decides about trying again. */
export type Failure = Exclude<Outcome, { status: "delivered" }>;

/** Errors of actions-core and its packages that say the payload will never do. */
const REFUSED_PAYLOAD = new Set([
  "AggregateAjvError",
  "ValidationError",
  "PayloadValidationError",
  "InvalidAudienceMembershipError",
]);
const TIMEOUTS = new Set(["TimeoutError", "RequestTimeoutError", "SelfTimeoutError"]);
/** The published codes of connections that failed (delivery.md §5.3). */
const NETWORK_CODES =
  /^(?:ENOTFOUND|ECONNREFUSED|ECONNRESET|ECONNABORTED|EHOSTUNREACH|EAI_AGAIN|ETIMEDOUT|EPIPE|UND_ERR_\w+)$/;

interface ThrownError {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly status?: unknown;
  readonly response?: { readonly status?: unknown; readonly headers?: { get?(name: string): string | null } };
  /** Given by our own destinations. */
  readonly retryAfterMs?: unknown;
}

const isObject = (value: unknown): value is ThrownError => typeof value === "object" && value !== null;
const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

export interface AnswerFacts {
  /** ms since epoch. */
  readonly now: number;
  readonly exchanges: readonly RawExchange[];
}

export interface FailureTools extends AnswerFacts {
  readonly hide: Hide;
  /** The call's time was over. */
  readonly late: boolean;
}

const DETAIL_LIMIT = 300;

/** The mapping kit's collected errors carry their stacks in the message. */
const withoutStack = (message: string): string => message.replace(/^ +at .*\n?/gm, "").trim();

/** A failed call as an outcome, by destinations.md §7.6. */
export function failureOf(thrown: unknown, tools: FailureTools): Failure {
  if (thrown instanceof RenewalFailed) return failureOfRenewal(failureOf(thrown.reason, tools));
  const { hide, late } = tools;
  const error: ThrownError = isObject(thrown) ? thrown : { message: String(thrown) };
  const name = textOf(error.name);
  const code = textOf(error.code);
  const message = clip(hide(withoutStack(textOf(error.message))), DETAIL_LIMIT);
  if (REFUSED_PAYLOAD.has(name)) return refusedPayload(message);
  if (code === "EREFUSED") return { status: "abandoned", reason: "EREFUSED", detail: message, who: "user" };
  if (late || TIMEOUTS.has(name))
    return { status: "retry", reason: "ETIMEDOUT", detail: message || "no answer in time" };
  const status = statusOf(error);
  if (status !== undefined) {
    const told = clip(withCode(code, message, status) + answeredWords(error, status, tools), DETAIL_LIMIT);
    return failureOfStatus(status, told, retryAfterOf(error, status, tools));
  }
  if (name === "FetchError" || NETWORK_CODES.test(code)) {
    return { status: "retry", reason: publishedCode(code, message), detail: message };
  }
  return { status: "retry", reason: "INTERNAL", detail: message };
}

/** A token endpoint that is down may be up later; one that refuses needs a person. */
function failureOfRenewal(failure: Failure): Failure {
  if (failure.status === "retry" && failure.reason !== "INTERNAL") return failure;
  const why = failure.detail === undefined ? failure.reason : `${failure.reason}: ${failure.detail}`;
  const detail = `the access token was refused and could not be renewed (${why}); connect the destination again`;
  return { status: "abandoned", reason: "401", detail, who: "user" };
}

export const refusedPayload = (detail: string): Failure => ({
  status: "abandoned",
  reason: "MESSAGE_REJECTED",
  detail,
  who: "user",
});

/** A failure by its HTTP status, real or given by the destination's code. */
export function failureOfStatus(status: number, detail: string, retryAfterMs?: number): Failure {
  const facts = {
    reason: String(status),
    ...(detail === "" ? {} : { detail }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
  return classifyHttp(status) === "retry"
    ? { status: "retry", ...facts }
    : { status: "abandoned", who: "user", ...facts };
}

function statusOf(error: ThrownError): number | undefined {
  const status = error.status ?? error.response?.status;
  const number = typeof status === "string" && /^\d{3}$/.test(status) ? Number(status) : status;
  return typeof number === "number" && Number.isInteger(number) && number >= 100 ? number : undefined;
}

function retryAfterOf({ response, retryAfterMs }: ThrownError, status: number, tools: AnswerFacts): number | undefined {
  if (typeof retryAfterMs === "number") return retryAfterMs;
  const header = response?.headers?.get?.("retry-after") ?? null;
  return header === null ? askedPause(status, tools) : parseRetryAfter(header, tools.now);
}

/** The pause that the latest answer with this status asked for: errors and nodes made from one carry no headers. */
export function askedPause(status: number, { exchanges, now }: AnswerFacts): number | undefined {
  const answer = exchanges.findLast(({ response }) => response?.status === status)?.response;
  return parseRetryAfter(answer?.headers["retry-after"] ?? null, now);
}

/** The start of what the destination wrote with a refusal; a page for browsers says no more than its status. */
function answeredWords({ response }: ThrownError, status: number, { exchanges, hide }: FailureTools): string {
  if (response === undefined) return "";
  const body = exchanges.findLast((exchange) => exchange.response?.status === status)?.response?.body ?? "";
  const words = hide(body).replace(/\s+/g, " ").trim();
  return words === "" || words.startsWith("<") ? "" : `: ${words}`;
}

const withCode = (code: string, message: string, status: number): string =>
  code === "" || code === String(status) ? message : `${code}: ${message}`;

const publishedCode = (code: string, message: string): string =>
  code.startsWith("E") && NETWORK_CODES.test(code) ? code : networkReason(message);
