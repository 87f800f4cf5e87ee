import type { Notice } from "../../src/core/warehouse/notices.ts";
import type { Column, ColumnType, TableKind } from "../../src/core/warehouse/schema.ts";

export type { Column, ColumnType, Notice, TableKind };

/** Times are ISO-8601 UTC; an hour is named by its start. */
export interface FollowerState {
  /** `snapshot`, `iceberg` or `load:<warehouse id>`. */
  readonly name: string;
  /** Publications it has not worked through yet. */
  readonly behind: number;
  readonly running: boolean;
  readonly error?: string;
  readonly retryAt?: string;
}

export interface ExportState {
  readonly enabled: boolean;
  /** `null` before the first export. */
  readonly schema: string | null;
  readonly tables: number;
  /** Of all tables: a track call is a row of `tracks` and one of its own table. */
  readonly rows: number;
  readonly events: number;
  readonly bytes: number;
  readonly publishedHours: number;
  readonly waitingHours: number;
  readonly oldestWaitingHour?: string;
  readonly newestHour?: string;
  readonly lastPublishedAt?: string;
  readonly running?: {
    readonly hour: string;
    readonly startedAt: string;
    readonly segments: number;
    readonly done: number;
    readonly publishing: boolean;
  };
  readonly followers: readonly FollowerState[];
}

export type ExportHourState = "waiting" | "running" | "failed" | "published" | "empty";

export interface ExportHour {
  readonly hour: string;
  readonly state: ExportHourState;
  /** 0 before the first publication. */
  readonly version: number;
  readonly publishedAt?: string;
  readonly rows: number;
  readonly events: number;
  readonly bytes: number;
  readonly error?: string;
  readonly retryAt?: string;
}

export type ExportRunStatus = "running" | "success" | "partial" | "failed";

export interface ExportRun {
  readonly id: number;
  /** `lake`, or the name of a follower. */
  readonly target: string;
  readonly hour: string;
  readonly version: number;
  readonly status: ExportRunStatus;
  readonly startedAt: string;
  readonly finishedAt?: string;
  readonly rows: number;
  /** `table.column`; at most 200. */
  readonly newColumns: readonly string[];
  readonly notices: readonly Notice[];
  readonly error?: string;
}

export interface WarehouseTable {
  readonly name: string;
  readonly kind: TableKind;
  /** As they were sent, at most 20. */
  readonly eventNames: readonly string[];
  readonly columns: readonly Column[];
  readonly rows: number;
  readonly files: number;
  readonly bytes: number;
  readonly firstHour?: string;
  readonly lastHour?: string;
}

export interface WarehouseTables {
  readonly schema: string | null;
  readonly tables: readonly WarehouseTable[];
}
