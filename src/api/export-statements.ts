import { createRoute } from "@hono/zod-openapi";
import * as z from "zod";
import type { FileQuery, ListedFile, TableView } from "../core/export-views.ts";
import { planStatements, StatementRequest, type StatementPlan } from "../core/statements/plan.ts";
import { createApp, FOR_VIEWERS, REFUSALS } from "./app.ts";
import type { ApiDeps } from "./deps.ts";
import { invalid, Problem, unwrap } from "./problem.ts";
import { SourceParams } from "./sources.ts";

/** Files asked for at once. */
const PAGE = 1000;

const Query = StatementRequest.extend({
  as: StatementRequest.shape.as.describe("Without it: views; with `postgres` tables."),
  files: StatementRequest.shape.files.describe("Without it: manifests, where the dialect can follow them."),
  base: StatementRequest.shape.base.describe("Where the files lie, for example `r2://inlet-archive/` or `./lake/`."),
  table: z.string().min(1).max(100).optional().describe("Only this table."),
});

const statements = createRoute({
  ...FOR_VIEWERS,
  method: "get",
  path: "/sources/{sourceId}/exports/statements",
  summary: "Statements that open a source's published tables in a query engine, with the real columns and files",
  tags: ["Exports"],
  request: { params: SourceParams, query: Query },
  responses: {
    200: { description: "A script for the engine, as plain text" },
    ...REFUSALS,
  },
});

async function filesOf(deps: ApiDeps, sourceId: string, table: string): Promise<ListedFile[]> {
  const files: ListedFile[] = [];
  let cursor: string | undefined;
  do {
    const query: FileQuery = { tables: [table], limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
    const page = await deps.exports.files(sourceId, query);
    files.push(...page.files);
    cursor = page.next;
  } while (cursor !== undefined);
  return files;
}

/** The script in parts: a table's files are held only while its own part is written. */
async function* write(
  deps: ApiDeps,
  sourceId: string,
  plan: StatementPlan,
  tables: readonly TableView[],
): AsyncGenerator<string> {
  yield plan.head();
  for (const table of tables) {
    const needed = plan.needsFiles && table.files > 0;
    // Of a plan that follows the manifests only this matters: whether there is one.
    const files = needed
      ? await filesOf(deps, sourceId, table.name)
      : Array.from({ length: table.files }, () => ({ key: "" }));
    yield plan.table({ ...table, files });
  }
}

function streamOf(parts: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await parts.next();
      if (done === true) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await parts.return(undefined);
    },
  });
}

/** Plain text, to be written to a file: `curl … > views.sql`. */
export const exportStatementRoutes = (deps: ApiDeps) =>
  createApp().openapi(statements, async (c) => {
    const { id } = unwrap(await deps.catalog().getSource(c.req.valid("param").sourceId));
    const { table, ...request } = c.req.valid("query");
    const { schema, tables } = await deps.exports.tables(id);
    if (schema === null) {
      throw new Problem(409, [{ type: "conflict", message: "Nothing of this source has been exported yet." }]);
    }
    const wanted = table === undefined ? tables : tables.filter(({ name }) => name === table);
    if (table !== undefined && wanted.length === 0) throw invalid("The source has no such table.", "table");
    const plan = planStatements(request, schema);
    if (!plan.ok) throw invalid(plan.error.message, plan.error.field);
    return c.body(streamOf(write(deps, id, plan.value, wanted)), 200, { "content-type": "text/plain; charset=utf-8" });
  });
