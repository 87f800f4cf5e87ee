import { createRoute } from "@hono/zod-openapi";
import * as z from "zod";
import { DEBUGGER, DebuggerFilter } from "../core/debugger.ts";
import { createApp, FOR_VIEWERS, refusal, REFUSALS, route } from "./app.ts";
import type { ApiDeps } from "./deps.ts";
import { isUpgrade } from "./guard.ts";
import { Problem, unwrap } from "./problem.ts";
import { SourceParams } from "./sources.ts";

/** `receivedAt`: ms since epoch. `raw`: JSON text as the client sent it, untrusted. */
const Entry = z.object({
  seq: z.int(),
  receivedAt: z.number(),
  status: z.enum(["accepted", "duplicate", "refused", "blocked"]),
  reason: z.string().optional(),
  sentence: z.string().optional(),
  detail: z.string().optional(),
  messageId: z.string().optional(),
  type: z.enum(["identify", "track", "page", "screen", "group", "alias"]).optional(),
  name: z.string().optional(),
  userId: z.string().optional(),
  anonymousId: z.string().optional(),
  library: z.string().optional(),
  raw: z.string(),
  truncated: z.boolean().optional(),
});

const list = route({
  method: "get",
  path: "/sources/{sourceId}/debugger",
  role: "viewer",
  summary: "The newest events of a source, accepted or not, as far as the sample shows them",
  tag: "Debugger",
  request: {
    params: SourceParams,
    query: DebuggerFilter.extend({ count: z.coerce.number().int().min(1).max(DEBUGGER.entries).default(100) }),
  },
  data: z.object({ entries: z.array(Entry), hidden: z.int() }),
});
const live = createRoute({
  ...FOR_VIEWERS,
  method: "get",
  path: "/sources/{sourceId}/debugger/live",
  summary: "The same as a WebSocket: the ring first, then what arrives",
  tags: ["Debugger"],
  request: {
    params: SourceParams,
    query: DebuggerFilter.extend({ since: z.coerce.number().int().min(0).optional() }),
  },
  responses: { 101: { description: "The live view" }, ...REFUSALS, 426: refusal("Not a WebSocket upgrade.") },
});

export const debuggerRoutes = (deps: ApiDeps) =>
  createApp()
    .openapi(list, async (c) => {
      const { id } = unwrap(await deps.catalog().getSource(c.req.valid("param").sourceId));
      const { count, ...filter } = c.req.valid("query");
      const { entries, hidden } = await deps.listSamples(id, filter, count);
      return c.json({ data: { entries: [...entries], hidden } }, 200);
    })
    .openapi(live, async (c) => {
      if (!isUpgrade(c)) {
        throw new Problem(426, [{ type: "not_a_websocket", message: "Ask for this as a WebSocket." }], {
          upgrade: "websocket",
        });
      }
      const { id } = unwrap(await deps.catalog().getSource(c.req.valid("param").sourceId));
      const answer = await deps.openLive(id, c.req.raw);
      if (answer.status !== 429) return answer;
      const wait = { "retry-after": answer.headers.get("retry-after") ?? "30" };
      throw new Problem(429, [{ type: "too_many_views", message: await answer.text() }], wait);
    });
