import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import * as z from "zod";
import { Role } from "../core/catalog.ts";
import { DAY_MS } from "../core/durations.ts";
import { createApp, iso, IsoTime, json, route, Success, SUCCESS } from "./app.ts";
import type { ApiDeps } from "./deps.ts";
import { addressOf, isSameOrigin, SESSION_COOKIE } from "./guard.ts";
import { limited, Problem } from "./problem.ts";

const Session = z.object({ session: z.object({ role: Role, expiresAt: IsoTime }) });

const signIn = route({
  method: "post",
  path: "/session",
  summary: "Sign in with the admin token or an API token: sets the session cookie, of the token's role",
  tag: "Session",
  request: { body: json(z.object({ token: z.string().max(1000) })) },
  data: Session,
});
const showSession = route({
  method: "get",
  path: "/session",
  role: "viewer",
  summary: "Who is signed in",
  tag: "Session",
  request: {},
  data: Session,
});
const signOut = route({
  method: "delete",
  path: "/session",
  role: "viewer",
  summary: "Sign out: ends the session everywhere",
  tag: "Session",
  request: {},
  data: Success,
});

/** A token signs itself in with every request, so its "session" lasts as long as anybody can say. */
const TOKEN_SESSION_MS = 7 * DAY_MS;

/** Signing in: the one route that takes a secret without being signed in. */
export const signInRoutes = (deps: ApiDeps) =>
  createApp().openapi(signIn, async (c) => {
    // A page of another site must not sign a browser in as somebody else; scripts send no Origin.
    if (c.req.header("origin") !== undefined && !isSameOrigin(c)) {
      throw new Problem(403, [{ type: "cross_site", message: "Sign in on this site." }]);
    }
    const access = await deps.catalog().signIn(c.req.valid("json").token, addressOf(c));
    if (access.status === "limited") throw limited(access.retryAfterMs);
    if (access.status === "denied" || access.session === undefined) {
      throw new Problem(401, [
        { type: "invalid_token", message: "This is neither the admin token nor an API token.", field: "token" },
      ]);
    }
    const { role, expiresAt = deps.now() } = access.identity;
    setCookie(c, SESSION_COOKIE, await deps.sessionCookies.seal(access.session), {
      httpOnly: true,
      sameSite: "Strict",
      path: "/api",
      secure: new URL(c.req.url).protocol === "https:",
      expires: new Date(expiresAt),
    });
    if (role === "owner") await deps.noteChange(new URL(c.req.url).host);
    return c.json({ data: { session: { role, expiresAt: iso(expiresAt) } } }, 200);
  });

export const sessionRoutes = (deps: ApiDeps) =>
  createApp()
    .openapi(showSession, (c) => {
      const { role, expiresAt } = c.get("identity");
      return c.json({ data: { session: { role, expiresAt: iso(expiresAt ?? deps.now() + TOKEN_SESSION_MS) } } }, 200);
    })
    .openapi(signOut, async (c) => {
      const opened = await deps.sessionCookies.open(getCookie(c, SESSION_COOKIE) ?? "");
      if (typeof opened === "object") await deps.catalog().signOut(opened.session);
      deleteCookie(c, SESSION_COOKIE, { path: "/api" });
      return c.json(SUCCESS, 200);
    });
