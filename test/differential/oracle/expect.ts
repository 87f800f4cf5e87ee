import { NOW, type Verdict } from "../case.ts";
import type { UpstreamNode, UpstreamResult } from "./upstream.ts";

/**
 * What must become of an event, told from upstream's results and errors by the published rules alone (destinations.md
 * §7.3 and §7.6, delivery.md §5.2 and §5.3). Shares no code with the product on purpose.
 */
interface UpstreamError {
  readonly name?: string;
  readonly message?: string;
  readonly code?: unknown;
  readonly status?: unknown;
  readonly response?: { readonly status?: unknown };
}

const FINAL_5XX = new Set([501]);
const PASSING_4XX = new Set([408, 423, 429]);

const isAccepted = (status: number): boolean => status >= 200 && status <= 299;
const isPassing = (status: number): boolean => (status >= 500 ? !FINAL_5XX.has(status) : PASSING_4XX.has(status));

/** The pause (ms) that the latest answer with this status asked for. */
export type PauseFor = (status: number) => number | undefined;

const byStatus = (status: number, reason: string, pauseFor: PauseFor): Verdict => {
  if (isAccepted(status)) return { status: "delivered" };
  if (!isPassing(status)) return { status: "abandoned", reason };
  const retryAfterMs = pauseFor(status);
  return { status: "retry", reason, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
};

/** Retry-After: seconds, or a date (RFC 9110); between a second and an hour is honoured. */
export function pauseOf(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : new Date(header).getTime() - NOW;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 1000), 3_600_000);
}

/** Failed connections (delivery.md §5.3), and our own refusal to connect. */
const NETWORK = new Set(["ENOTFOUND", "ECONNREFUSED", "ECONNRESET", "ECONNABORTED", "EHOSTUNREACH", "EAI_AGAIN"]);

const VALIDATION = new Set([
  "AggregateAjvError",
  "ValidationError",
  "PayloadValidationError",
  "InvalidAudienceMembershipError",
]);

const TIMEOUTS = new Set(["TimeoutError", "RequestTimeoutError", "SelfTimeoutError"]);
const REJECTED: Verdict = { status: "abandoned", reason: "MESSAGE_REJECTED" };

const statusOf = ({ status, response }: UpstreamError): number => Number(status ?? response?.status ?? Number.NaN);

/** A thrown error stands for every event of the call. */
export function verdictOfError(thrown: unknown, pauseFor: PauseFor): Verdict {
  const error = (thrown ?? {}) as UpstreamError;
  const { code } = error;
  if (VALIDATION.has(error.name ?? "")) return REJECTED;
  // The AWS SDK calls every connection that broke off a TimeoutError; its code says what it was.
  const broke = typeof code === "string" && NETWORK.has(code);
  if (code === "ETIMEDOUT" || (TIMEOUTS.has(error.name ?? "") && !broke)) {
    return { status: "retry", reason: "ETIMEDOUT" };
  }
  const status = statusOf(error);
  // Some actions throw over an answer whose status was fine: the event was not taken all the same.
  if (isAccepted(status)) return { status: "abandoned", reason: String(status) };
  if (status >= 100) return byStatus(status, String(status), pauseFor);
  return { status: "retry", reason: broke ? code : "INTERNAL" };
}

/** Nothing but a number is a status; what has none is taken as upstream takes a missing one. */
function verdictOfNode(node: UpstreamNode | undefined, pauseFor: PauseFor): Verdict {
  if (node === undefined) return { status: "retry", reason: "INTERNAL" };
  const { status, errortype, errorreporter } = node;
  const refusedHere = errortype === "PAYLOAD_VALIDATION_FAILED" && errorreporter === "INTEGRATIONS";
  if (status === 400 && refusedHere) return REJECTED;
  const known = typeof status === "number" && status >= 100 ? status : 500;
  return byStatus(known, String(known), pauseFor);
}

/** A MultiStatusResponse that an action for one event gave back: the call did not throw, and yet it may have failed. */
function nodesIn(data: unknown): readonly (UpstreamNode | undefined)[] {
  if (typeof data !== "object" || data === null || !("pushErrorResponse" in data) || !("responses" in data)) return [];
  return (data.responses as ({ data?: UpstreamNode } | undefined)[]).map((one) => one?.data);
}

/** One event sent alone. */
export function verdictOfResults(results: readonly UpstreamResult[], pauseFor: PauseFor): Verdict {
  const data = results.at(-1)?.data;
  if (data instanceof Error) return verdictOfError(data, pauseFor);
  const verdicts = nodesIn(data).map((node) => verdictOfNode(node, pauseFor));
  return verdicts.find(({ status }) => status !== "delivered") ?? { status: "delivered" };
}

/** A batch: index-aligned with the events. */
export function verdictsOfBatch(
  results: readonly UpstreamResult[],
  events: number,
  pauseFor: PauseFor,
): readonly Verdict[] {
  const nodes = results[0]?.multistatus ?? [];
  return Array.from({ length: events }, (_, index) => verdictOfNode(nodes[index], pauseFor));
}
