import { createRoute } from "@hono/zod-openapi";
import * as z from "zod";
import type { ListedFile } from "../core/export-views.ts";
import {
  createApp,
  FOR_VIEWERS,
  iso,
  isoField,
  IsoTime,
  openPage,
  OpenPagination,
  openPagination,
  PageParams,
  REFUSALS,
} from "./app.ts";
import type { ApiDeps } from "./deps.ts";
import { exportRoute } from "./exports.ts";
import { notThere, unwrap } from "./problem.ts";
import { SourceParams } from "./sources.ts";
import { sendStored } from "./stored-file.ts";
import { TimeWindow, windowOf } from "./time-window.ts";

const File = z.object({
  table: z.string(),
  key: z.string(),
  hour: IsoTime.optional().describe("Absent for users and accounts, which are of no hour."),
  version: z.int().optional(),
  rows: z.int(),
  bytes: z.int(),
  firstAt: IsoTime,
  lastAt: IsoTime,
});

const list = exportRoute("get", "/files", {
  role: "viewer",
  summary: "Published Parquet files, hour by hour: a page holds the files of so many tables and hours",
  request: {
    query: PageParams.extend({
      "pagination[cursor]": z.string().max(200).optional(),
      table: z.string().max(128).optional(),
      ...TimeWindow.shape,
    }),
  },
  data: z.object({ files: z.array(File), pagination: OpenPagination }),
});
const download = createRoute({
  ...FOR_VIEWERS,
  method: "get",
  path: "/sources/{sourceId}/exports/file",
  summary: "One file of a source's tables, or (with Range) some of its bytes",
  tags: ["Exports"],
  request: { params: SourceParams, query: z.object({ key: z.string().min(1).max(1024) }) },
  responses: {
    200: { description: "The file" },
    206: { description: "The bytes asked for" },
    416: { description: "The file has no such bytes" },
    ...REFUSALS,
  },
});

const showFile = ({ hour, firstAt, lastAt, ...rest }: ListedFile): z.infer<typeof File> => ({
  ...rest,
  ...isoField("hour", hour),
  firstAt: iso(firstAt),
  lastAt: iso(lastAt),
});

/** The hour and the table with which the page before ended. */
const TABLE_CURSOR = /^\d{1,15}:./;
const NO_FILE = "There is no such file.";

/** What a source's exports have written: the bucket holds everybody's, so only what lies under its schema. */
const isOf = (key: string, schema: string | null): boolean =>
  schema !== null && (key.startsWith(`warehouse/${schema}/`) || key.startsWith(`warehouse-ndjson/${schema}/`));

/** The files of a source's tables. */
export const exportFileRoutes = (deps: ApiDeps) => {
  const idOf = async (sourceId: string) => unwrap(await deps.catalog().getSource(sourceId)).id;
  return createApp()
    .openapi(list, async (c) => {
      const { table, startTime, endTime, ...query } = c.req.valid("query");
      const id = await idOf(c.req.valid("param").sourceId);
      const page = openPage(query, TABLE_CURSOR);
      const timeless = startTime === undefined && endTime === undefined;
      const window = timeless ? {} : windowOf({ startTime, endTime });
      const { files, next } = await deps.exports.files(id, {
        ...window,
        ...page,
        ...(table === undefined ? {} : { tables: [table] }),
      });
      return c.json({ data: { files: files.map(showFile), pagination: openPagination(page, next) } }, 200);
    })
    .openapi(download, async (c) => {
      const { key } = c.req.valid("query");
      const { schema } = await deps.exports.tables(await idOf(c.req.valid("param").sourceId));
      const found = isOf(key, schema) ? await deps.exports.findFile(key) : null;
      if (found === null) throw notThere(NO_FILE);
      const read = (offset: number, length: number) => deps.exports.readFile(key, offset, length);
      const sent = await sendStored(c, { ...found, read });
      if (sent === null) throw notThere(NO_FILE);
      return sent;
    });
};
