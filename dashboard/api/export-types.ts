import type { Run } from "../../src/core/exports.ts";
import type { ExportSummary, FollowerView, HourState, HourView, TableView } from "../../src/core/export-views.ts";
import type { Notice } from "../../src/core/warehouse/notices.ts";
import type { Column, ColumnType, TableKind } from "../../src/core/warehouse/schema.ts";
import type { Timed } from "./timed.ts";

export type { Column, ColumnType, Notice, TableKind };

/** An hour is named by its start. */
export type FollowerState = Timed<FollowerView, "retryAt">;

export interface ExportState extends Timed<
  Omit<ExportSummary, "running" | "followers">,
  "oldestWaitingHour" | "newestHour" | "lastPublishedAt"
> {
  readonly running?: Timed<NonNullable<ExportSummary["running"]>, "hour" | "startedAt">;
  readonly followers: readonly FollowerState[];
}

export type ExportHourState = HourState;
export type ExportHour = Timed<HourView, "hour" | "publishedAt" | "retryAt">;

export type ExportRunStatus = Run["status"];
export type ExportRun = Timed<Run, "hour" | "startedAt" | "finishedAt">;

export type WarehouseTable = Timed<TableView, "firstHour" | "lastHour">;

export interface WarehouseTables {
  readonly schema: string | null;
  readonly tables: readonly WarehouseTable[];
}
