import { Hono, type Context } from "hono";
import type { SourceContext } from "../core/source.ts";
import { cookieAnonymousId, keepAnonymousId } from "./cookies.ts";
import { libraryText, renderLibrary } from "./library.ts";
import { mountOf } from "./mount.ts";
import { fingerprint } from "./script-text.ts";
import { settingsFor } from "./settings.ts";
import { renderSnippet, renderSnippetTag } from "./snippet.ts";
import { logError } from "../log/log.ts";

/**
 * - `findSource`: as in accept.ts; throws when no directory can be had.
 * - `asset`: a file of dist/assets by its path; 404 when there is none.
 */
export interface CdnDeps {
  findSource(writeKeys: readonly string[]): Promise<SourceContext | undefined>;
  asset(path: string): Promise<Response>;
  readonly pathPrefix: string;
}

/** Chunks are named by their content's hash, so the library asks only such names; nothing else is looked up. */
const CHUNK = /^[\w-]+\.bundle\.[0-9a-f]{20}\.js$/;

/** Public GETs without credentials, wanted by any page, isolated ones too. */
const OPEN = {
  "access-control-allow-origin": "*",
  "cross-origin-resource-policy": "cross-origin",
  "x-content-type-options": "nosniff",
} as const;
const SCRIPT = { ...OPEN, "content-type": "text/javascript; charset=utf-8" } as const;

/** Short: an old script asks for chunks of the old build, which a deployment removes. */
const SCRIPT_CACHE = "public, max-age=120";
const SETTINGS_CACHE = "public, max-age=60";
const FOREVER = "public, max-age=31536000, immutable";

/**
 * First-party library hosting (ingest.md §1.9, §1.10). Mounted at "/" and at the path prefix; under the prefix
 * the `/js/…` forms avoid every path that block lists know: `/js/<key>.js`, `/js/<key>.json`, `/js/c/<chunk>`.
 * An unknown key is 404 with a constant text; a disabled source still loads, so that its discarded events show.
 */
export function cdnRoutes(deps: CdnDeps) {
  const library = (c: Context, key: string, short = false) =>
    withSource(deps, c, key, (source) => serveLibrary(deps, c, source, key, short));
  const settings = (c: Context, key: string) =>
    withSource(deps, c, key, (source) => serveSettings(deps, c, source, key));
  const snippet = (c: Context, key: string, tag: boolean) =>
    withSource(deps, c, key, () => serveSnippet(deps, c, key, tag));

  return new Hono()
    .get("/analytics.js/v1/:writeKey/analytics.min.js", (c) => library(c, c.req.param("writeKey")))
    .get("/analytics.js/v1/:writeKey/platform/analytics.min.js", (c) => library(c, c.req.param("writeKey")))
    .get("/analytics.js/v1/:writeKey/analytics.classic.js", (c) => library(c, c.req.param("writeKey")))
    .get("/analytics.js/v1/:writeKey/snippet.js", (c) => snippet(c, c.req.param("writeKey"), false))
    .get("/analytics.js/v1/:writeKey/snippet.html", (c) => snippet(c, c.req.param("writeKey"), true))
    .get("/v1/projects/:writeKey/settings", (c) => settings(c, c.req.param("writeKey")))
    .get("/projects/:writeKey/settings", (c) => settings(c, c.req.param("writeKey")))
    .get("/analytics-next/bundles/:file", (c) => serveChunk(deps, c.req.param("file")))
    .get("/js/c/:file", (c) => serveChunk(deps, c.req.param("file")))
    .get("/js/:file{.+\\.js}", (c) => library(c, c.req.param("file").slice(0, -".js".length), true))
    .get("/js/:file{.+\\.json}", (c) => settings(c, c.req.param("file").slice(0, -".json".length)));
}

async function withSource(
  deps: CdnDeps,
  c: Context,
  writeKey: string,
  serve: (source: SourceContext) => Response | Promise<Response>,
): Promise<Response> {
  let source: SourceContext | undefined;
  try {
    source = await deps.findSource([writeKey]);
  } catch (error) {
    logError("directory_unreachable", {}, error);
    return c.text("Inlet cannot read its configuration just now. Try again shortly.", 503, {
      ...OPEN,
      "cache-control": "no-store",
      "retry-after": "5",
    });
  }
  if (source !== undefined) return serve(source);
  return c.text("Inlet has no source with this write key.", 404, { ...OPEN, "cache-control": "no-store" });
}

async function serveLibrary(
  deps: CdnDeps,
  c: Context,
  source: SourceContext,
  writeKey: string,
  short: boolean,
): Promise<Response> {
  const anonymousId = cookieAnonymousId(source, c.req.raw);
  const text = libraryText({
    writeKey,
    mount: mountOf(c.req.url, deps.pathPrefix),
    short,
    ...(anonymousId === undefined ? {} : { anonymousId }),
  });
  const asset = await deps.asset("/analytics-next/standalone.js");
  if (!asset.ok) throw new Error(`the library's build is missing: ${asset.status}`);
  const version = asset.headers.get("etag")?.replaceAll(/^W\/|"/g, "");
  const etag = version === undefined ? undefined : `W/"${version}-${fingerprint(JSON.stringify(text, regExpText))}"`;
  const cookie = keepAnonymousId(source, anonymousId, c.req.raw, true);
  const headers = {
    ...SCRIPT,
    ...(source.settings.serverCookie
      ? { "cache-control": "private, no-cache", vary: "Cookie" }
      : { "cache-control": SCRIPT_CACHE }),
    ...(etag === undefined ? {} : { etag }),
    ...(cookie === undefined ? {} : { "set-cookie": cookie }),
  };
  if (etag !== undefined && matches(c, etag)) return unchanged(asset, headers);
  return new Response(renderLibrary(await asset.text(), text), { headers });
}

function serveSettings(deps: CdnDeps, c: Context, source: SourceContext, writeKey: string): Response {
  const body = JSON.stringify(settingsFor(source, writeKey, mountOf(c.req.url, deps.pathPrefix)));
  const etag = `W/"${fingerprint(body)}"`;
  const headers = {
    ...OPEN,
    "content-type": "application/json; charset=utf-8",
    "cache-control": SETTINGS_CACHE,
    etag,
  };
  return matches(c, etag) ? new Response(null, { status: 304, headers }) : new Response(body, { headers });
}

function serveSnippet(deps: CdnDeps, c: Context, writeKey: string, tag: boolean): Response {
  const { prefix } = mountOf(c.req.url, deps.pathPrefix);
  const options = {
    origin: new URL(c.req.url).origin,
    pathPrefix: prefix,
    writeKey,
    min: c.req.query("min") !== undefined,
  };
  const headers = { ...SCRIPT, "cache-control": SCRIPT_CACHE };
  // As plain text: it is to be copied, and this host's pages do not run what they show.
  return tag
    ? new Response(renderSnippetTag(options), { headers: { ...headers, "content-type": "text/plain; charset=utf-8" } })
    : new Response(renderSnippet(options), { headers });
}

async function serveChunk(deps: CdnDeps, file: string): Promise<Response> {
  const asset = CHUNK.test(file) ? await deps.asset(`/analytics-next/bundles/${file}`) : undefined;
  if (asset?.ok) return new Response(asset.body, { headers: { ...SCRIPT, "cache-control": FOREVER } });
  await asset?.body?.cancel();
  return new Response("No such chunk.", { status: 404, headers: { ...OPEN, "cache-control": "no-store" } });
}

/** If-None-Match, compared weakly (RFC 9110 §13.1.2). */
function matches(c: Context, etag: string): boolean {
  const strong = (tag: string): string => tag.trim().replace(/^W\//, "");
  const asked = c.req.header("if-none-match") ?? "";
  return asked === "*" || asked.split(",").some((tag) => strong(tag) === strong(etag));
}

async function unchanged(asset: Response, headers: Record<string, string>): Promise<Response> {
  await asset.body?.cancel();
  return new Response(null, { status: 304, headers });
}

const regExpText = (_key: string, value: unknown): unknown => (value instanceof RegExp ? value.source : value);
