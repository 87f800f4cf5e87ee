import * as z from "zod";
import type { SourceView } from "../core/catalog.ts";
import { createApp, json, route } from "./app.ts";
import type { ApiDeps } from "./deps.ts";
import { invalid, unwrap } from "./problem.ts";
import { SourceParams } from "./sources.ts";

const Setup = z.object({
  origin: z.string(),
  pathPrefix: z.string(),
  writeKey: z.string(),
  snippet: z.string(),
  snippetMin: z.string(),
  links: z.object({ analyticsJs: z.string(), settings: z.string() }),
});

/** What a query string can carry: text. Numbers and booleans are written as they read. */
const Values = z
  .record(
    z.string().min(1).max(100),
    z
      .union([z.string().max(1000), z.number(), z.boolean()])
      .transform(String)
      .pipe(z.string()),
  )
  .refine((values) => Object.keys(values).length <= 50, "at most 50 values");

const LinkBody = z.object({
  to: z.string().max(2000).describe("Where the click leads: an absolute http or https URL."),
  userId: z.string().min(1).max(200).optional().describe("A click with a userId also identifies, with `traits`."),
  anonymousId: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe("Without any id, the visitor known by cookie clicks, else a new anonymous one."),
  event: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe("Name of the track call. Without it: `Link Clicked`, with the property `url` set to the target."),
  properties: Values.optional(),
  traits: Values.optional(),
});

const showSetup = route({
  method: "get",
  path: "/sources/{sourceId}/setup",
  role: "viewer",
  summary: "What to paste or configure so that this source sends to this host",
  tag: "Sources",
  request: { params: SourceParams },
  data: z.object({ setup: Setup }),
});
const makeLink = route({
  method: "post",
  path: "/sources/{sourceId}/links",
  summary: "A signed click redirect: opening it records a track call and goes to `to`",
  tag: "Sources",
  request: { params: SourceParams, body: json(LinkBody) },
  data: z.object({ link: z.object({ url: z.string() }) }),
});

/** The key to hand out: the newest. The Catalog keeps at least one that is valid. */
function writeKeyOf(source: SourceView): string {
  const [first] = source.writeKeys;
  if (first === undefined) throw new Error(`source ${source.id} has no write key`);
  return first.key;
}

/** An object without the keys that are undefined. */
const defined = <T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };

export const setupRoutes = (deps: ApiDeps) =>
  createApp()
    .openapi(showSetup, async (c) => {
      const writeKey = writeKeyOf(unwrap(await deps.catalog().getSource(c.req.valid("param").sourceId)));
      const { origin } = new URL(c.req.url);
      const { pathPrefix } = deps;
      const at = `${origin}${pathPrefix}`;
      const setup = {
        origin,
        pathPrefix,
        writeKey,
        snippet: deps.renderSnippet({ origin, pathPrefix, writeKey, min: false }),
        snippetMin: deps.renderSnippet({ origin, pathPrefix, writeKey, min: true }),
        links: {
          analyticsJs: `${at}/analytics.js/v1/${writeKey}/analytics.min.js`,
          settings: `${at}/v1/projects/${writeKey}/settings`,
        },
      };
      return c.json({ data: { setup } }, 200);
    })
    .openapi(makeLink, async (c) => {
      const source = unwrap(await deps.catalog().getSource(c.req.valid("param").sourceId));
      const { to, ...calls } = c.req.valid("json");
      const { origin } = new URL(c.req.url);
      const writeKey = writeKeyOf(source);
      const url = await deps.signLink({ sourceId: source.id, origin, writeKey, to, calls: defined(calls) });
      if (!url.ok) throw invalid(url.error, "to");
      return c.json({ data: { link: { url: url.value } } }, 200);
    });
