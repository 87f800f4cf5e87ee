import type { Refusal } from "../core/catalog.ts";
import type {
  ExportSummary,
  FilePage,
  FileQuery,
  HourView,
  RunPage,
  RunQuery,
  TableView,
} from "../core/export-views.ts";
import type { Result } from "../core/result.ts";
import type { ColumnType } from "../core/warehouse/schema.ts";

/** `[from, to)`, ms since epoch. */
export interface HourWindow {
  readonly from: number;
  readonly to: number;
}

export interface FoundFile {
  readonly bytes: number;
  readonly etag: string;
  readonly contentType: string;
}

/** The warehouse tables of sources as the control plane uses them (durable/exports.ts, R2). */
export interface ExportsDesk {
  summary(sourceId: string): Promise<ExportSummary>;
  /** `schema` is null before the first export. */
  tables(sourceId: string): Promise<{ readonly schema: string | null; readonly tables: readonly TableView[] }>;
  hours(sourceId: string, window: HourWindow): Promise<readonly HourView[]>;
  runs(sourceId: string, query: RunQuery): Promise<RunPage>;
  files(sourceId: string, query: FileQuery): Promise<FilePage>;
  /** Whatever the window still lacks is made now, also of the hour that is open; how many hours are made again. */
  run(sourceId: string, window: HourWindow, rebuild: boolean): Promise<number>;
  setColumnType(sourceId: string, column: ColumnPlace, type: ColumnType): Promise<Result<number, Refusal>>;
  dropTable(sourceId: string, table: string): Promise<Result<void, Refusal>>;
  /** Settings have changed. */
  refresh(sourceId: string): Promise<void>;
  findFile(key: string): Promise<FoundFile | null>;
  /** `length` bytes from `offset` on; null when it is gone. */
  readFile(key: string, offset: number, length: number): Promise<ReadableStream | null>;
}

export interface ColumnPlace {
  readonly table: string;
  readonly column: string;
}
