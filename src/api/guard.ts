import type { Context, MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { getCookie } from "hono/cookie";
import { matchedRoutes } from "hono/route";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { createAttemptLimiter } from "../core/attempts.ts";
import type { Credentials } from "../core/catalog.ts";
import { ROLE, type ApiEnv } from "./app.ts";
import type { ApiDeps } from "./deps.ts";
import { DATA_HEADERS, limited, Problem } from "./problem.ts";

export const SESSION_COOKIE = "inlet_session";

/** Far above any configuration, far below what would hurt. */
const BODY_BYTES = 256 * 1024;

/** Who is slowed down when a token is wrong. Without Cloudflare in front there is one address: the machine itself. */
export const addressOf = (c: Context): string => c.req.header("cf-connecting-ip") ?? "local";

const unauthenticated = (message: string): Problem =>
  new Problem(401, [{ type: "unauthenticated", message }], { "www-authenticate": 'Bearer realm="inlet"' });

/** `undefined`: no Authorization header. Another scheme than Bearer is refused like a wrong token. */
function bearerOf(c: Context): string | undefined {
  const header = c.req.header("authorization");
  return header === undefined ? undefined : (/^Bearer +(\S+) *$/i.exec(header)?.[1] ?? "");
}

export const isUpgrade = (c: Context): boolean => c.req.header("upgrade")?.toLowerCase() === "websocket";

/** Whether the browser says that a page of this very host made the request. Schemes may differ behind a proxy. */
export function isSameOrigin(c: Context): boolean {
  const origin = c.req.header("origin");
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === new URL(c.req.url).host;
}

const NOT_VALID = "The token or session is not valid (any more).";
/** As the Catalog slows wrong bearers. */
const FORGERIES = { limit: 10, windowMs: 60_000, addresses: 1000 };
/** Sessions remembered as ended: they never come back, and who still has one may ask for ever. */
const ENDED = 1000;

/** What a request lets itself in with: strangers, forged cookies and ended sessions cost the Catalog nothing. */
function credentialReader(deps: ApiDeps, ended: ReadonlySet<string>) {
  const forgeries = createAttemptLimiter(FORGERIES);

  /** Only forged cookies are slowed: whoever is signed in at the same address brings a real one. */
  function refuseForged(address: string): never {
    const wait = forgeries.waitMs(address, deps.now());
    if (wait > 0) throw limited(wait);
    forgeries.fail(address, deps.now());
    throw unauthenticated(NOT_VALID);
  }

  return async (c: Context): Promise<Credentials> => {
    const [bearer, address, cookie] = [bearerOf(c), addressOf(c), getCookie(c, SESSION_COOKIE)];
    if (bearer !== undefined) return { bearer, address };
    if (cookie === undefined) throw unauthenticated("Sign in, or send a token.");
    const opened = await deps.sessionCookies.open(cookie);
    if (opened === "forged") return refuseForged(address);
    if (opened === "malformed" || ended.has(opened.session)) throw unauthenticated(NOT_VALID);
    return { session: opened.session, address };
  };
}

/**
 * Nothing behind this is reached without the admin token, an API token or a session. A session is a cookie, which
 * browsers send along whoever asks: so with one, changes and live sockets must come from our own pages.
 */
export function requireIdentity(deps: ApiDeps): MiddlewareHandler<ApiEnv> {
  const ended = new Set<string>();
  const credentialsOf = credentialReader(deps, ended);
  return async (c, next) => {
    const credentials = await credentialsOf(c);
    const access = await deps.catalog().authenticate(credentials);
    if (access.status === "limited") throw limited(access.retryAfterMs);
    if (access.status === "denied") {
      if (ended.size === ENDED) ended.clear();
      if (credentials.session !== undefined) ended.add(credentials.session);
      throw unauthenticated(NOT_VALID);
    }
    const changes = c.req.method !== "GET" && c.req.method !== "HEAD";
    if (access.identity.via === "session" && (changes || isUpgrade(c)) && !isSameOrigin(c)) {
      throw new Problem(403, [{ type: "cross_site", message: "With a session, requests must come from this site." }]);
    }
    c.set("identity", access.identity);
    await next();
  };
}

/**
 * Tells of what owners have changed. Nobody else's requests are learned from: strangers must not be able to put a Catalog
 * call on the ack path, nor viewers to make a host of their choice ours.
 */
export const noteChanges =
  (deps: ApiDeps): MiddlewareHandler<ApiEnv> =>
  async (c, next) => {
    await next();
    if (c.req.method === "GET" || c.req.method === "HEAD" || !c.res.ok) return;
    if (c.get("identity").role === "owner") await deps.noteChange(new URL(c.req.url).host);
  };

type Definitions = OpenAPIHono["openAPIRegistry"]["definitions"];

/** `GET /sources/:sourceId` of every route that says so itself. */
const forViewers = (definitions: Definitions): ReadonlySet<string> =>
  new Set(
    definitions.flatMap((one) =>
      one.type === "route" && one.route[ROLE] === "viewer"
        ? [`${one.route.method.toUpperCase()} ${one.route.path.replaceAll(/\{(\w+)\}/g, ":$1")}`]
        : [],
    ),
  );

/** Viewers get through to the routes that are declared for them, and to no other. */
export function requireRole(definitions: () => Definitions): MiddlewareHandler<ApiEnv> {
  let open: ReadonlySet<string> | undefined;
  return async (c, next) => {
    if (c.get("identity").role === "viewer") {
      open ??= forViewers(definitions());
      // The first after what stands before every route is the one that answers; none is a path that does not exist.
      const route = matchedRoutes(c).find(({ path }) => path !== "/*");
      if (route !== undefined && !open.has(`${route.method} ${route.path}`)) {
        throw new Problem(403, [{ type: "forbidden", message: "A viewer may look, but change and start nothing." }]);
      }
    }
    await next();
  };
}

/**
 * Bodies are JSON whatever their label says (Segment's clients send `application/vnd.segment.v1+json`), and an empty
 * one is none, whatever it is labelled.
 */
export const readAsJson: MiddlewareHandler = async (c, next) => {
  if (onlyReads(c)) return next();
  const { raw } = c.req;
  const empty = raw.body === null || c.req.header("content-length") === "0";
  const wanted = empty ? undefined : "application/json";
  if (c.req.header("content-type") !== wanted) {
    const headers = new Headers(raw.headers);
    headers.delete("content-type");
    if (wanted !== undefined) headers.set("content-type", wanted);
    c.req.raw = new Request(raw, { headers });
  }
  return next();
};

const boundedBody = bodyLimit({
  maxSize: BODY_BYTES,
  onError: () => {
    throw new Problem(413, [{ type: "too_large", message: "The body may hold at most 256 kB." }]);
  },
});

/** A body that comes with such a request means nothing and is not read; nor can a request be made anew with one. */
const onlyReads = (c: Context): boolean => c.req.method === "GET" || c.req.method === "HEAD";

export const limitBody: MiddlewareHandler = (c, next) => (onlyReads(c) ? next() : boundedBody(c, next));

/** Configuration and personal data: no cache keeps them, no browser takes them for a page. */
export const answerAsData: MiddlewareHandler = async (c, next) => {
  for (const [name, value] of Object.entries(DATA_HEADERS)) c.header(name, value);
  await next();
};
