import type { SourceContext } from "../core/source.ts";
import type { CallOutcome, CollectCall } from "./accept.ts";

/** Name of the first-party cookie that keeps the anonymous id (per source: setting `serverCookie`). */
export const ANONYMOUS_COOKIE = "inlet_aid";

/** One year, as analytics.js' own; browsers cap at 400 days. */
const MAX_AGE_S = 31_536_000;

/** What an id must look like to be kept: no character that means something in a cookie. */
const KEEPABLE = /^[A-Za-z0-9._:~@+/=-]{1,100}$/;

/** The anonymous id this browser was given, when the source keeps one and it is well-formed. */
export function cookieAnonymousId(source: SourceContext, request: Request): string | undefined {
  if (!source.settings.serverCookie) return undefined;
  const id = cookieValue(request.headers.get("cookie") ?? "");
  return id !== undefined && KEEPABLE.test(id) ? id : undefined;
}

/**
 * The `Set-Cookie` value that makes this browser remember `anonymousId`, or undefined when nothing is to be set:
 * the source does not keep one, the id is not keepable, the browser has it already (unless `renew`), or the
 * request comes from another site. Why a server sets it: Safari's ITP ends cookies that scripts write after
 * 7 days; those a first-party server sets live their full year. HttpOnly, because no script needs it;
 * SameSite=Lax, so it is never a third-party cookie (which would need SameSite=None and a reason).
 */
export function keepAnonymousId(
  source: SourceContext,
  anonymousId: unknown,
  request: Request,
  renew = false,
): string | undefined {
  if (!source.settings.serverCookie || isThirdParty(request)) return undefined;
  if (typeof anonymousId !== "string" || !KEEPABLE.test(anonymousId)) return undefined;
  if (!renew && cookieAnonymousId(source, request) === anonymousId) return undefined;
  const secure = request.url.startsWith("https:") ? "; Secure" : "";
  return `${ANONYMOUS_COOKIE}=${anonymousId}; Path=/; Max-Age=${MAX_AGE_S}; HttpOnly; SameSite=Lax${secure}`;
}

/** The cookie to set with the answer to a call that a person's device made: the last anonymous id it carried. */
export function visitorCookie(call: CollectCall, outcome: CallOutcome, request: Request): string | undefined {
  if (outcome.status !== "answered" || !call.client.clientSide || !outcome.source.settings.serverCookie)
    return undefined;
  return keepAnonymousId(outcome.source, lastAnonymousId(call.messages), request);
}

function lastAnonymousId(messages: readonly unknown[]): string | undefined {
  for (const message of messages.toReversed()) {
    if (typeof message !== "object" || message === null || !("anonymousId" in message)) continue;
    if (typeof message.anonymousId === "string" && message.anonymousId !== "") return message.anonymousId;
  }
  return undefined;
}

/** A part of another site's page. A clicked link is not: there the visitor is on our host. */
const isThirdParty = (request: Request): boolean =>
  request.headers.get("sec-fetch-site") === "cross-site" && request.headers.get("sec-fetch-dest") !== "document";

function cookieValue(header: string): string | undefined {
  const prefix = `${ANONYMOUS_COOKIE}=`;
  for (const part of header.split(";")) {
    const pair = part.trim();
    if (pair.startsWith(prefix)) return pair.slice(prefix.length);
  }
  return undefined;
}
