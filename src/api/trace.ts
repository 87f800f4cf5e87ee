import { createRoute } from "@hono/zod-openapi";
import * as z from "zod";
import { TraceAnswer } from "../core/trace.ts";
import { createApp, FOR_VIEWERS, ok, refusal, REFUSALS } from "./app.ts";
import type { ApiDeps } from "./deps.ts";
import { Problem, unwrap } from "./problem.ts";
import { findTrace, type TraceResult } from "./trace-search.ts";

const SUMMARY = "What happened to one event: at the door, in the archive, and at each destination";

const show = createRoute({
  ...FOR_VIEWERS,
  method: "get",
  path: "/trace/{messageId}",
  summary: SUMMARY,
  tags: ["Trace"],
  request: {
    params: z.object({ messageId: z.string().min(1).max(300) }),
    query: z.object({ sourceId: z.string().min(1).max(64).optional() }),
  },
  responses: {
    200: ok(SUMMARY, TraceAnswer),
    ...REFUSALS,
    503: refusal("No source that answered knows the id, and some could not be asked: ask again."),
  },
});

/** Nobody knows the id; where somebody could not be asked, that is not known for good. */
function nothingFound(messageId: string, { asked, unasked, unanswered }: TraceResult["search"]): Problem {
  const named = `No event with the messageId “${messageId}”`;
  if (unanswered.length > 0) {
    const names = unanswered.slice(0, 5).map(({ sourceName }) => `“${sourceName}”`);
    const more = unanswered.length > names.length ? ` and ${unanswered.length - names.length} more` : "";
    const message = `${named} was found so far: ${names.join(", ")}${more} could not be asked. Ask again.`;
    return new Problem(503, [{ type: "unavailable", message }], { "retry-after": "5" });
  }
  const rest = unasked === 0 ? "" : ` ${asked} sources were asked, ${unasked} were not: name the source.`;
  const message = `${named} is known: it never came, or its source has forgotten it since.${rest}`;
  return new Problem(404, [{ type: "not_found", message, field: "messageId" }]);
}

/** One event's whole path. */
export const traceRoutes = (deps: Pick<ApiDeps, "catalog" | "trace">) =>
  createApp().openapi(show, async (c) => {
    const { messageId } = c.req.valid("param");
    const { sourceId } = c.req.valid("query");
    const catalog = deps.catalog();
    const sources = sourceId === undefined ? await catalog.listSources() : [unwrap(await catalog.getSource(sourceId))];
    const { found, search } = await findTrace(messageId, sources, catalog, deps.trace);
    if (found === null) throw nothingFound(messageId, search);
    return c.json({ data: { ...found, search } }, 200);
  });
