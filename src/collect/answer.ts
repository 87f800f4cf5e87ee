import { RETRY_AFTER_SECONDS } from "../core/limits.ts";
import { describeRejection, wireStatus, withDetail, type Rejection } from "../core/rejection.ts";
import type { CallOutcome, ItemOutcome } from "./accept.ts";
import { corsHeaders } from "./cors.ts";

/** `Prefer: return=representation` (RFC 7240): the caller reads bodies and wants each message's fate. */
const wantsItems = (request: Request): boolean =>
  /(?:^|[,;\s])return\s*=\s*"?representation"?/i.test(request.headers.get("prefer") ?? "");

const represent = (item: ItemOutcome) =>
  item.status === "refused"
    ? {
        messageId: item.messageId,
        status: "rejected",
        reason: item.rejection.reason,
        message: describeRejection(item.rejection),
      }
    : item;

const representRefusal = ({ reason }: Rejection, message: string) => ({ status: "rejected", reason, message });

/** What the whole request is answered: its own refusal, else an item's that the client has to hear of (oversize). */
function decisive(outcome: CallOutcome): Rejection | undefined {
  if (outcome.status === "refused") return outcome.rejection;
  const item = outcome.items.find((one) => one.status === "refused" && wireStatus(one.rejection.reason) !== 200);
  return item?.status === "refused" ? item.rejection : undefined;
}

/** The code the SDKs' own test servers answer for broken JSON; other refusals are named by their reason. */
const codeOf = ({ reason }: Rejection): string => (reason === "bad_request" ? "invalid_request" : reason);

function waitHeaders(reason: Rejection["reason"]): Record<string, string> {
  if (reason !== "rate_limited" && reason !== "unavailable") return {};
  const seconds = String(RETRY_AFTER_SECONDS[reason]);
  return { "Retry-After": seconds, "X-RateLimit-Reset": seconds };
}

function messageOf(rejection: Rejection, outcome: CallOutcome): string {
  const sentence = describeRejection(rejection);
  if (rejection.reason === "bad_request") return withDetail("malformed JSON", rejection.detail);
  if (outcome.status === "refused" || outcome.items.length === 1) return sentence;
  const good = outcome.items.filter((item) => item.status !== "refused").length;
  return `${sentence} ${good} of ${outcome.items.length} messages were stored; do not send them again.`;
}

/** GET, HEAD and the like at a path that collects by POST: says what to send instead. */
export const answerOtherMethod = (request: Request): Response =>
  new Response(
    JSON.stringify({
      success: false,
      message:
        'Events are sent to this path by POST. With GET, use the pixel (/v1/pixel/track?writeKey=…) or the query string (/v1/q?writeKey=…): see README.md, "Connect something".',
      code: "method_not_allowed",
    }),
    { status: 405, headers: { ...corsHeaders(request), "Content-Type": "application/json", Allow: "POST, OPTIONS" } },
  );

/**
 * The one translation of an outcome to HTTP (ingest.md §1.6): 200 `{"success":true}` for all that a retry cannot
 * mend, 400 for broken JSON and oversize, 429 and 503 with Retry-After. A batch that holds an oversized message is
 * answered 400, as Segment does, though its good messages are stored: no SDK sends a batch again after a 400.
 */
export function answerCall(outcome: CallOutcome, request: Request): Response {
  const headers = { ...corsHeaders(request), "Content-Type": "application/json" };
  const rejection = decisive(outcome);
  const status = rejection === undefined ? 200 : wireStatus(rejection.reason);
  const detailed = wantsItems(request);
  if (status === 200 && !detailed) return new Response('{"success":true}', { status, headers });
  const items = outcome.status === "answered" ? outcome.items.map(represent) : undefined;
  const refused =
    rejection === undefined ? undefined : { message: messageOf(rejection, outcome), code: codeOf(rejection) };
  const body = {
    success: status === 200,
    ...(status === 200 ? {} : refused),
    ...(detailed && items !== undefined ? { items } : {}),
    ...(detailed && rejection !== undefined && items === undefined
      ? { outcome: representRefusal(rejection, describeRejection(rejection)) }
      : {}),
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      ...headers,
      ...(rejection === undefined ? {} : waitHeaders(rejection.reason)),
      ...(detailed ? { "Preference-Applied": "return=representation" } : {}),
    },
  });
}
