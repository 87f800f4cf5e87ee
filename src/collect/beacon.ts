import { Hono, type Context } from "hono";
import { EventType } from "../core/event.ts";
import { reject, REJECTIONS, wireStatus } from "../core/rejection.ts";
import type { SourceContext } from "../core/source.ts";
import {
  acceptCall,
  refuseRequest,
  type AcceptDeps,
  type CallOutcome,
  type CollectCall,
  type CollectClient,
} from "./accept.ts";
import { answerCall } from "./answer.ts";
import { cookieAnonymousId, keepAnonymousId, visitorCookie } from "./cookies.ts";
import { corsHeaders } from "./cors.ts";
import { clickOf, verifyLink, type Hmac } from "./links.ts";
import { GIF, readPixel } from "./pixel.ts";
import { prefersImage, queryMessages, readQuery } from "./query.ts";
import { refusePage } from "./refuse-page.ts";
import { clientOf } from "./transport.ts";
import { logError } from "../log/log.ts";

export interface BeaconDeps extends AcceptDeps {
  readonly hmac: Hmac;
  /** For a visitor who brings no id: a random UUID. */
  newAnonymousId(): string;
  waitUntil(work: Promise<void>): void;
}

/** A hit is an event: no cache may answer it, and no referrer tells the target where its visitor came from. */
const HIT = { "cache-control": "no-store, max-age=0", "referrer-policy": "no-referrer" } as const;

/**
 * The doors that need no SDK: `GET /v1/pixel/<call>` and `GET /v1/q`, also without `/v1` (ingest.md §1.8). They
 * answer once the event is durable. A pixel is an image in somebody's page or mail, so whatever happens it is 200
 * and the GIF; what was wrong, also that nothing durable could be had, is counted and shown in the debugger.
 * HEAD and prefetches look without clicking: they are answered and count for nothing.
 */
export function beaconRoutes(deps: BeaconDeps) {
  return new Hono()
    .get("/v1/pixel/:method", (c) => servePixel(deps, c, c.req.param("method")))
    .get("/pixel/:method", (c) => servePixel(deps, c, c.req.param("method")))
    .get("/v1/q", (c) => serveQuery(deps, c))
    .get("/q", (c) => serveQuery(deps, c));
}

async function servePixel(deps: BeaconDeps, c: Context, method: string): Promise<Response> {
  if (onlyLooks(c)) return image();
  try {
    return image((await acceptPixel(deps, c, method)).cookie);
  } catch (error) {
    logError("pixel_failed", {}, error);
    return image();
  }
}

/** What became of one hit: the cookie to set, and the outcome when calls were made. */
interface Hit {
  readonly cookie?: string | undefined;
  readonly outcome?: CallOutcome;
}

async function acceptPixel(deps: BeaconDeps, c: Context, method: string): Promise<Hit> {
  const { search } = new URL(c.req.url);
  const read = readPixel(search);
  if (!read.ok) return refuse(deps, read.error);
  const { message, writeKeys } = read.value;
  const type = EventType.safeParse(method);
  if (!type.success) {
    return refuse(deps, { writeKeys, rejection: reject("type_not_supported", "the pixel's path"), raw: search });
  }
  const { source } = await lookUp(deps, writeKeys);
  return accept(deps, c, {
    messages: [withCookieId(message, source, c)],
    batch: false,
    impliedType: type.data,
    writeKeys,
    client: pixelClient(c),
  });
}

/** A pixel without an anonymous id speaks for the visitor the cookie knows. */
function withCookieId(message: unknown, source: SourceContext | undefined, c: Context): unknown {
  if (source === undefined || typeof message !== "object" || message === null || Array.isArray(message)) return message;
  if ("anonymousId" in message && message.anonymousId !== null) return message;
  const anonymousId = cookieAnonymousId(source, c.req.raw);
  return anonymousId === undefined ? message : { ...message, anonymousId };
}

async function serveQuery(deps: BeaconDeps, c: Context): Promise<Response> {
  const { search, searchParams } = new URL(c.req.url);
  const writeKeys = searchParams.getAll("writeKey").filter((key) => key !== "");
  const { source, reachable } = await lookUp(deps, writeKeys);

  let target: string | undefined;
  if (searchParams.has("to")) {
    if (!reachable) return refusePage("Its signature cannot be checked just now. Try again in a moment.", 503);
    if (source === undefined) return refusePage(REJECTIONS.unknown_source, 400);
    const link = await verifyLink(search, source.linkKey, deps.hmac);
    if (!link.ok) {
      if (!onlyLooks(c)) refuse(deps, { writeKeys, rejection: reject(link.error), raw: search });
      return refusePage(REJECTIONS[link.error], 400);
    }
    target = link.value;
  }

  // What was signed are the decoded parameters; readQuery's own way of decoding must not make something else of them.
  const said = target === undefined ? search : searchParams.toString();
  const { cookie, outcome } = onlyLooks(c)
    ? {}
    : await acceptQuery(deps, c, { search: said, writeKeys, source, target });
  const headers = { ...HIT, ...setCookie(cookie) };
  if (target !== undefined) return new Response(null, { status: 302, headers: { ...headers, location: target } });
  if (prefersImage(c.req.header("accept"))) return image(cookie);
  // A script can try again, a picture or a visitor on the way elsewhere cannot.
  if (outcome?.status === "refused" && wireStatus(outcome.rejection.reason) >= 429)
    return answerCall(outcome, c.req.raw);
  return new Response(null, { status: 204, headers: { ...headers, ...corsHeaders(c.req.raw) } });
}

interface QueryRequest {
  readonly search: string;
  readonly writeKeys: readonly string[];
  readonly source: SourceContext | undefined;
  /** Where a click leads. */
  readonly target: string | undefined;
}

/** Makes the calls of one query. A click is redirected whatever becomes of them. */
async function acceptQuery(deps: BeaconDeps, c: Context, query: QueryRequest): Promise<Hit> {
  const { search, writeKeys, source, target } = query;
  const asked = readQuery(search);
  const calls = target === undefined ? asked : clickOf(asked, target);
  const known = calls.anonymousId ?? (source && cookieAnonymousId(source, c.req.raw));
  const messages = queryMessages(calls, known ?? (calls.userId === undefined ? deps.newAnonymousId() : undefined));
  if (messages.length > 0) return accept(deps, c, { messages, batch: true, writeKeys, client: pixelClient(c) });
  // setAnonymousId alone sends nothing, yet the browser is known by it from now on.
  return { cookie: source && keepAnonymousId(source, calls.anonymousId, c.req.raw) };
}

/** The source, for cookies and links only: when no directory can be had acceptCall finds out and says so. */
async function lookUp(
  deps: BeaconDeps,
  writeKeys: readonly string[],
): Promise<{ readonly source: SourceContext | undefined; readonly reachable: boolean }> {
  try {
    return { source: await deps.findSource(writeKeys), reachable: true };
  } catch (error) {
    logError("directory_unreachable", {}, error);
    return { source: undefined, reachable: false };
  }
}

async function accept(deps: BeaconDeps, c: Context, call: CollectCall): Promise<Hit> {
  const { outcome, after } = await acceptCall(call, deps);
  if (after !== undefined) deps.waitUntil(after);
  return { outcome, cookie: visitorCookie(call, outcome, c.req.raw) };
}

function refuse(deps: BeaconDeps, request: Parameters<typeof refuseRequest>[0]): Hit {
  const { after } = refuseRequest(request, deps);
  if (after !== undefined) deps.waitUntil(after);
  return {};
}

const onlyLooks = (c: Context): boolean =>
  c.req.method === "HEAD" || /\bprefetch\b/.test(`${c.req.header("sec-purpose")} ${c.req.header("purpose")}`);

const pixelClient = (c: Context): CollectClient => ({ ...clientOf(c.req.raw, "client"), pixel: true });

const setCookie = (cookie: string | undefined) => (cookie === undefined ? {} : { "set-cookie": cookie });

const image = (cookie?: string): Response =>
  new Response(GIF, {
    headers: {
      ...HIT,
      ...setCookie(cookie),
      "content-type": "image/gif",
      "content-length": String(GIF.byteLength),
      "cross-origin-resource-policy": "cross-origin",
      "x-content-type-options": "nosniff",
    },
  });
