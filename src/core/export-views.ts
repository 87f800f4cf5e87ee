import * as z from "zod";
import type { FileEntry, Run } from "./exports.ts";
import { ColumnType, type TableSchema } from "./warehouse/schema.ts";

/** `empty`: there was nothing in it to publish. */
export const HourState = z.enum(["waiting", "running", "failed", "published", "empty"]);
export type HourState = z.infer<typeof HourState>;

/** One hour as the console shows it. Times are ms since epoch, here and below. */
export interface HourView {
  readonly hour: number;
  readonly state: HourState;
  /** 0 before the first run. */
  readonly version: number;
  readonly publishedAt?: number;
  /** Of all tables: a track call is a row of `tracks` and one of its own table. */
  readonly rows: number;
  readonly events: number;
  readonly bytes: number;
  readonly error?: string;
  readonly retryAt?: number;
}

/** One table as the console shows it; rows and files are those that are published now. */
export interface TableView extends TableSchema {
  readonly rows: number;
  readonly files: number;
  readonly bytes: number;
  /** The oldest and the newest hour with rows. */
  readonly firstHour?: number;
  readonly lastHour?: number;
}

export interface FollowerView {
  readonly name: string;
  /** Publications that it has not worked through. */
  readonly behind: number;
  readonly running: boolean;
  readonly error?: string;
  readonly retryAt?: number;
}

export interface ExportSummary {
  readonly enabled: boolean;
  /** `null` before the first export. */
  readonly schema: string | null;
  readonly tables: number;
  readonly rows: number;
  readonly events: number;
  readonly bytes: number;
  readonly publishedHours: number;
  readonly waitingHours: number;
  readonly oldestWaitingHour?: number;
  readonly newestHour?: number;
  readonly lastPublishedAt?: number;
  readonly running?: {
    readonly hour: number;
    readonly startedAt: number;
    readonly segments: number;
    readonly done: number;
    readonly publishing: boolean;
  };
  readonly followers: readonly FollowerView[];
}

/** Published files, page by page, the oldest hour first. */
export interface FileQuery {
  readonly tables?: readonly string[];
  readonly from?: number;
  readonly to?: number;
  readonly limit: number;
  readonly cursor?: string;
}
/** `hour` and `version` are absent for files of users and accounts, which are of no hour. */
export type ListedFile = FileEntry & { readonly table: string; readonly hour?: number; readonly version?: number };
export interface FilePage {
  readonly files: readonly ListedFile[];
  readonly next?: string;
}

export interface RunQuery {
  readonly target?: string;
  readonly limit: number;
  readonly cursor?: string;
}
export interface RunPage {
  readonly runs: readonly Run[];
  readonly next?: string;
}

/** Another type for a column: all hours of its table are made again. */
export const ColumnChange = z.object({ type: ColumnType });
export type ColumnChange = z.infer<typeof ColumnChange>;
