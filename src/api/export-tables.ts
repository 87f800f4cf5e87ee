import * as z from "zod";
import { ColumnChange, type TableView } from "../core/export-views.ts";
import { TableSchema } from "../core/warehouse/schema.ts";
import { createApp, isoField, IsoTime, json, route, Success, SUCCESS } from "./app.ts";
import type { ApiDeps } from "./deps.ts";
import { exportRoute } from "./exports.ts";
import { unwrap } from "./problem.ts";
import { SourceParams } from "./sources.ts";

const Table = z.object({
  ...TableSchema.shape,
  rows: z.int(),
  files: z.int(),
  bytes: z.int(),
  firstHour: IsoTime.optional(),
  lastHour: IsoTime.optional(),
});

const list = exportRoute("get", "/tables", {
  role: "viewer",
  summary: "A source's warehouse tables with their columns, and what is published of each",
  request: {},
  data: z.object({ schema: z.string().nullable(), tables: z.array(Table) }),
});
const retype = route({
  method: "patch",
  path: "/sources/{sourceId}/exports/tables/{table}/columns/{column}",
  summary: "Give a column another type: every published hour of its table is made again from the archive",
  tag: "Exports",
  request: {
    params: SourceParams.extend({ table: z.string().max(128), column: z.string().max(128) }),
    body: json(ColumnChange),
  },
  data: z.object({ hours: z.int() }),
});
const remove = route({
  method: "delete",
  path: "/sources/{sourceId}/exports/tables/{table}",
  summary: "Forget a table of an event that has no rows, to make room for another; it comes again with its event",
  tag: "Exports",
  request: { params: SourceParams.extend({ table: z.string().max(128) }) },
  data: Success,
});

const showTable = ({ firstHour, lastHour, ...rest }: TableView): z.infer<typeof Table> => ({
  ...rest,
  ...isoField("firstHour", firstHour),
  ...isoField("lastHour", lastHour),
});

/** A source's warehouse tables. */
export const exportTableRoutes = (deps: ApiDeps) => {
  const idOf = async (sourceId: string) => unwrap(await deps.catalog().getSource(sourceId)).id;
  return createApp()
    .openapi(list, async (c) => {
      const { schema, tables } = await deps.exports.tables(await idOf(c.req.valid("param").sourceId));
      return c.json({ data: { schema, tables: tables.map(showTable) } }, 200);
    })
    .openapi(retype, async (c) => {
      const { sourceId, table, column } = c.req.valid("param");
      const id = await idOf(sourceId);
      const hours = unwrap(await deps.exports.setColumnType(id, { table, column }, c.req.valid("json").type));
      return c.json({ data: { hours } }, 200);
    })
    .openapi(remove, async (c) => {
      const { sourceId, table } = c.req.valid("param");
      unwrap(await deps.exports.dropTable(await idOf(sourceId), table));
      return c.json(SUCCESS, 200);
    });
};
