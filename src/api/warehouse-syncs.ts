import * as z from "zod";
import type { Run } from "../core/exports.ts";
import { loaderName } from "../core/warehouse-record.ts";
import {
  createApp,
  iso,
  IsoTime,
  NUMBER_CURSOR,
  openPage,
  OpenPagination,
  openPagination,
  PageParams,
  route,
} from "./app.ts";
import type { ApiDeps } from "./deps.ts";
import { unwrap } from "./problem.ts";
import { ConnectionParams } from "./warehouse-view.ts";

const SyncNotice = z.object({ level: z.enum(["ERROR", "WARNING", "INFO"]), message: z.string(), createdAt: IsoTime });

/** One published hour loaded into one warehouse, as the Public API shows a sync; and which hour it was. */
const Sync = z.object({
  id: z.int(),
  sourceId: z.string(),
  start: IsoTime,
  end: IsoTime.nullable(),
  status: z.enum(["RUNNING", "SUCCESS", "PARTIAL", "FAILED"]),
  duration: z.number().describe("Seconds; so far, while it runs."),
  humanDuration: z.string(),
  count: z.int().describe("Rows loaded."),
  notices: z.array(SyncNotice),
  hour: IsoTime,
  version: z.int(),
  newColumns: z.array(z.string()),
});
type Sync = z.infer<typeof Sync>;

const list = route({
  method: "get",
  path: "/warehouses/{warehouseId}/connected-sources/{sourceId}/syncs",
  role: "viewer",
  summary: "What was loaded of a source into a warehouse, the newest first",
  tag: "Warehouses",
  request: { params: ConnectionParams, query: PageParams },
  data: z.object({ reports: z.array(Sync), pagination: OpenPagination }),
});

const SECOND_MS = 1000;
const STATUS = { running: "RUNNING", success: "SUCCESS", partial: "PARTIAL", failed: "FAILED" } as const;

/** `1 h 2 min`, `3 min 4 s`, `5 s`. */
function inWords(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}

function noticesOf({ notices, error, startedAt, finishedAt }: Run): Sync["notices"] {
  const createdAt = iso(finishedAt ?? startedAt);
  const told = notices.map(({ lost, table, column, count, text }): Sync["notices"][number] => {
    const place = [table, column].filter(Boolean).join(".");
    return {
      level: lost ? "WARNING" : "INFO",
      message: `${place === "" ? "" : `${place}: `}${text} (${count})`,
      createdAt,
    };
  });
  return error === undefined ? told : [{ level: "ERROR", message: error, createdAt }, ...told];
}

function showSync(run: Run, sourceId: string, now: number): Sync {
  const duration = Math.max(0, (run.finishedAt ?? now) - run.startedAt) / SECOND_MS;
  return {
    id: run.id,
    sourceId,
    start: iso(run.startedAt),
    end: run.finishedAt === undefined ? null : iso(run.finishedAt),
    status: STATUS[run.status],
    duration,
    humanDuration: inWords(duration),
    count: run.rows,
    notices: noticesOf(run),
    hour: iso(run.hour),
    version: run.version,
    newColumns: run.newColumns,
  };
}

/** Sync history of one source in one warehouse. */
export const warehouseSyncRoutes = (deps: ApiDeps) =>
  createApp().openapi(list, async (c) => {
    const { warehouseId, sourceId } = c.req.valid("param");
    const warehouse = unwrap(await deps.catalog().getWarehouse(warehouseId));
    const source = unwrap(await deps.catalog().getSource(sourceId));
    const page = openPage(c.req.valid("query"), NUMBER_CURSOR);
    const { runs, next } = await deps.exports.runs(source.id, { ...page, target: loaderName(warehouse.id) });
    const reports = runs.map((run) => showSync(run, source.id, deps.now()));
    return c.json({ data: { reports, pagination: openPagination(page, next) } }, 200);
  });
