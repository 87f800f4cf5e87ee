import { Hono } from "hono";
import type { EventType } from "../core/event.ts";
import { reject } from "../core/rejection.ts";
import { acceptCall, refuseRequest, type AcceptDeps } from "./accept.ts";
import { answerCall, answerOtherMethod } from "./answer.ts";
import { visitorCookie } from "./cookies.ts";
import { answerPreflight, corsHeaders } from "./cors.ts";
import { readCall, type CallShape } from "./transport.ts";
import { logError } from "../log/log.ts";

/** `waitUntil` keeps the Worker alive for work after the answer (the debugger and the ledger hear of refusals). */
export interface CollectDeps extends AcceptDeps {
  waitUntil(work: Promise<void>): void;
}

/** Type by path: the whole word (any sender) and the letter (analytics.js, always a person's device). */
const CALLS: readonly (readonly [word: EventType, letter: string])[] = [
  ["track", "t"],
  ["identify", "i"],
  ["page", "p"],
  ["screen", "s"],
  ["group", "g"],
  ["alias", "a"],
];

/**
 * Every POST path of every SDK that Inlet takes in (ingest.md §1.1, peers.md M2), also with a slash at its end → what
 * it says of its requests.
 */
function callPaths(): ReadonlyMap<string, CallShape> {
  const paths = new Map<string, CallShape>();
  for (const version of ["/v1", ""]) {
    for (const [word, letter] of CALLS) {
      paths.set(`${version}/${word}`, { batch: false, impliedType: word });
      paths.set(`${version}/${letter}`, { batch: false, impliedType: word, side: "client" });
    }
    paths.set(`${version}/batch`, { batch: true });
    paths.set(`${version}/import`, { batch: true });
    paths.set(`${version}/b`, { batch: true, side: "client" });
  }
  paths.set("/beacon/v1/batch", { batch: true, side: "client" });
  for (const [word] of CALLS) {
    paths.set(`/api/s/${word}`, { batch: false, impliedType: word, side: "client" });
    paths.set(`/api/s/s2s/${word}`, { batch: false, impliedType: word, side: "server" });
  }
  paths.set("/api/s/event", { batch: false, side: "client" });
  paths.set("/api/s/s2s/event", { batch: false, side: "server" });
  return new Map(
    [...paths].flatMap(([path, shape]) => [path, `${path}/`].map((spelling) => [spelling, shape] as const)),
  );
}

/** analytics.js counts its own doings here. It is answered and not read: they are no events. */
const METRICS_PATHS = ["/v1/m", "/m"];

/** A bug is answered 503 with Retry-After, so that the SDK keeps the events. */
async function collect(request: Request, shape: CallShape, deps: CollectDeps): Promise<Response> {
  try {
    return await answer(request, shape, deps);
  } catch (cause) {
    return refuseForBug(request, cause);
  }
}

function refuseForBug(request: Request, cause: unknown): Response {
  logError("collect_failed", { ray: request.headers.get("cf-ray") ?? undefined }, cause);
  return answerCall({ status: "refused", rejection: reject("unavailable") }, request);
}

async function answer(request: Request, shape: CallShape, deps: CollectDeps): Promise<Response> {
  const call = await readCall(request, shape);
  const { outcome, after } = call.ok ? await acceptCall(call.value, deps) : refuseRequest(call.error, deps);
  if (after !== undefined) deps.waitUntil(after);
  const response = answerCall(outcome, request);
  const cookie = call.ok ? visitorCookie(call.value, outcome, request) : undefined;
  if (cookie !== undefined) response.headers.append("set-cookie", cookie);
  return response;
}

/** `/v1/t` of `https://host/v1/t?writeKey=…`. */
function pathOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("//") + 2);
  const end = url.indexOf("?", start);
  return end < 0 ? url.slice(start) : url.slice(start, end);
}

/**
 * Answers a POST to one of the paths of `collectRoutes`, at "/" and under the install's path prefix, as they do; anything
 * else, also a path that is spelled in another way, is `undefined` and the router's. Nearly all requests are answered
 * here: finding one's way through a router costs as much as judging an event.
 */
export function collectDoor(deps: CollectDeps, prefix: string): (request: Request) => Promise<Response> | undefined {
  const paths = new Map<string, CallShape>();
  for (const [path, shape] of callPaths()) paths.set(path, shape).set(prefix + path, shape);
  return (request) => {
    const shape = request.method === "POST" ? paths.get(pathOf(request.url)) : undefined;
    return shape && collect(request, shape, deps);
  };
}

/**
 * The porch's main door: every POST path (other methods there are 405) and every preflight; other paths fall through.
 * Mount it at "/" and under the install's path prefix.
 */
export function collectRoutes(deps: CollectDeps): Hono {
  const app = new Hono();
  for (const [path, shape] of callPaths()) {
    app.post(path, (c) => collect(c.req.raw, shape, deps));
    app.options(path, (c) => answerPreflight(c.req.raw));
    app.all(path, (c) => answerOtherMethod(c.req.raw));
  }
  for (const path of METRICS_PATHS) {
    app.post(path, (c) => c.json({ success: true }, 200, corsHeaders(c.req.raw)));
    app.options(path, (c) => answerPreflight(c.req.raw));
    app.all(path, (c) => answerOtherMethod(c.req.raw));
  }
  // Pixels, settings and whatever else browsers ask for here: a preflight decides nothing.
  app.options("/v1/*", (c) => answerPreflight(c.req.raw));
  app.onError((cause, c) => refuseForBug(c.req.raw, cause));
  return app;
}
