import { createRoute, OpenAPIHono, type RouteConfig } from "@hono/zod-openapi";
import * as z from "zod";
import type { Identity, Role } from "../core/catalog.ts";
import { defined } from "../core/defined.ts";
import { pageOf } from "../core/page.ts";
import { fromZod, invalid } from "./problem.ts";

/** What the sign-in check leaves for handlers. */
export interface ApiEnv {
  Variables: { identity: Identity };
}

/** A router of this room: every body, query and parameter is checked by its route's schema before the handler. */
export const createApp = () =>
  new OpenAPIHono<ApiEnv>({
    strict: false,
    defaultHook: (result) => {
      if (!result.success) throw fromZod(result.error);
    },
  });

const ErrorEnvelope = z.object({
  errors: z.array(z.object({ type: z.string(), message: z.string(), field: z.string().optional() })),
});
export const refusal = (description: string) => ({
  description,
  content: { "application/json": { schema: ErrorEnvelope } },
});

/** The refusals every route may answer with. */
export const REFUSALS = {
  400: refusal("The body is not JSON."),
  401: refusal("Not signed in, or the token is wrong."),
  403: refusal("The request comes from another site, or the token's role does not allow it."),
  404: refusal("No such resource."),
  409: refusal("In conflict with what is there."),
  413: refusal("The body is too large."),
  422: refusal("A value cannot be used; `field` says which."),
  429: refusal("Too many attempts; see Retry-After."),
};

/** A successful answer with the Public API's envelope. */
export const ok = <S extends z.ZodType>(description: string, schema: S) => ({
  description,
  content: { "application/json": { schema: z.object({ data: schema }) } },
});

export const json = <S extends z.ZodType>(schema: S) => ({
  required: true,
  content: { "application/json": { schema } },
});

export const Success = z.object({ status: z.literal("SUCCESS") });
export const SUCCESS = { data: { status: "SUCCESS" as const } };

/**
 * Declares with a route that viewers may use it too. A route without it is the owners' alone (`requireRole` in
 * guard.ts), so that one nobody thought about is closed.
 */
export const ROLE = "x-role";
export const FOR_VIEWERS = { [ROLE]: "viewer" } as const;

/** The role that a helper for routes was given, to be passed on. */
export const roleOf = ({ role }: { readonly role?: "viewer" }) => (role === undefined ? {} : { role });

/** A route whose 200 answer is `data`, with the common refusals. `role`: who may use it beside owners. */
export function route<
  const M extends RouteConfig["method"],
  const P extends string,
  const R extends NonNullable<RouteConfig["request"]>,
  S extends z.ZodType,
>(config: { method: M; path: P; summary: string; tag: string; request: R; data: S; role?: Exclude<Role, "owner"> }) {
  const { method, path, summary, tag, request, data, role } = config;
  return createRoute({
    ...(role === undefined ? {} : { [ROLE]: role }),
    method,
    path,
    summary,
    tags: [tag],
    request,
    responses: { 200: ok(summary, data), ...REFUSALS },
  });
}

/** ISO-8601 UTC of ms since epoch. */
export const iso = (at: number): string => new Date(at).toISOString();
export const IsoTime = z.iso.datetime();
/** A time that may be absent, as the field of that name. */
export const isoField = <K extends string>(key: K, at: number | undefined) =>
  defined(key, at === undefined ? undefined : iso(at));
/** A time that a client names: with any offset, or a day (its start in UTC). */
export const QueryTime = z.union([z.iso.datetime({ offset: true }), z.iso.date()], {
  error: "A time such as 2026-05-01 or 2026-05-01T12:00:00Z.",
});

export const PageParams = z.object({
  "pagination[count]": z.coerce.number().int().min(1).max(1000).default(100),
  "pagination[cursor]": z.string().max(100).optional(),
});
export const Pagination = z.object({
  current: z.string(),
  next: z.string().optional(),
  totalEntries: z.int(),
});

/** The page of `all` that the query asks for. */
export function paginate<T>(all: readonly T[], query: z.infer<typeof PageParams>) {
  const page = pageOf(all, { count: query["pagination[count]"], cursor: query["pagination[cursor]"] });
  if (!page.ok) throw badCursor();
  return page.value;
}

const badCursor = () => invalid("The cursor is none that was given out.", "pagination[cursor]");

/** Of lists that are read page by page and that nobody counts. */
export const OpenPagination = Pagination.omit({ totalEntries: true });
/** Their cursor where it is a number: the id, the day or the place at which a page begins. */
export const NUMBER_CURSOR = /^\d{1,15}$/;

export interface OpenPage {
  readonly limit: number;
  readonly cursor?: string;
}

/** The page of such a list that the query asks for. A cursor of another `shape` is refused: it would show the wrong page. */
export function openPage(query: z.infer<typeof PageParams>, shape: RegExp): OpenPage {
  const { "pagination[count]": limit, "pagination[cursor]": cursor } = query;
  if (cursor !== undefined && !shape.test(cursor)) throw badCursor();
  return { limit, ...defined("cursor", cursor) };
}

export const openPagination = ({ cursor }: Pick<OpenPage, "cursor">, next: string | undefined) => ({
  current: cursor ?? "",
  ...defined("next", next),
});

export const Minutes = z.object({ minutes: z.coerce.number().int().min(1).max(43_200).default(60) });

/** Asked at once: a workspace may have a thousand sources, a request only so many open connections. */
export const AT_ONCE = 32;
