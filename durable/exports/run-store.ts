import { filesOf, type Checkpoint, type FileEntry, type Progress } from "../../src/core/exports.ts";
import type { ExportRules } from "../../src/core/warehouse/schema.ts";
import { FILES_PER_ROW } from "./file-lists.ts";
import type { MetaStore } from "./meta-store.ts";

/** The run under way: one hour on its way to a new version, over as many claims as it takes. */
export interface RunState {
  readonly hour: number;
  readonly version: number;
  /** Of the hour when the run began: what it answers. */
  readonly seq: number;
  readonly asked: number;
  readonly startedAt: number;
  readonly rules: ExportRules;
  readonly ndjson: boolean;
  /** Its entry in the history; absent after a failure, until the next claim begins another. */
  readonly runId?: number;
  readonly token: number;
  /** 0: nobody holds it. */
  readonly leaseUntil: number;
  readonly retryAt: number;
  /** Failures and lost holders in a row, without progress in between. */
  readonly failures: number;
  /** The number of the next file. */
  readonly n: number;
  readonly segments: number;
  readonly done: number;
  /** The publication whose manifests are being written. */
  readonly no?: number;
  /** Hours that share an id with it. */
  readonly again?: readonly number[];
}

type Part = Omit<Progress, "tables">;

/** The run under way and what it has told so far. */
export function runStore(sql: SqlStorage, meta: MetaStore) {
  const parts = (): Part[] =>
    sql
      .exec<{ body: string }>("SELECT body FROM run_parts ORDER BY part")
      .toArray()
      .map(({ body }) => JSON.parse(body) as Part);

  return {
    get: (): RunState | undefined => meta.get<RunState>("run"),
    put: (run: RunState): void => meta.set("run", run),

    add({ tables: _tables, ...told }: Progress): void {
      for (const part of inRows(told)) {
        sql.exec(
          "INSERT INTO run_parts SELECT COALESCE(MAX(part), 0) + 1, ? FROM run_parts WHERE true",
          JSON.stringify(part),
        );
      }
    },

    /** All parts together; undefined before the first. */
    checkpoint(): Checkpoint | undefined {
      const all = parts();
      return all.length === 0 ? undefined : all.reduce(joined);
    },

    /** Notes files that are about to be written, so that they are found when whoever writes them dies. */
    intend: (keys: readonly string[]): void =>
      void sql.exec("INSERT INTO intents (keys) VALUES (?)", JSON.stringify(keys)),
    intended: (): string[] =>
      sql
        .exec<{ keys: string }>("SELECT keys FROM intents")
        .toArray()
        .flatMap(({ keys }) => JSON.parse(keys) as string[]),
    forgetIntents: (): void => void sql.exec("DELETE FROM intents"),

    clear(): void {
      meta.drop("run");
      sql.exec("DELETE FROM run_parts");
      sql.exec("DELETE FROM intents");
    },
  };
}

/** What was told as parts that one row each can hold; joined they say the same. */
function inRows(told: Part): Part[] {
  const entries = Object.entries(told.files).flatMap(([table, files]) => files.map((file) => ({ table, file })));
  const parts: Part[] = [{ ...told, files: grouped(entries.slice(0, FILES_PER_ROW)) }];
  const nothing = { lines: 0, events: 0, upserts: [], ids: [], ndjson: [] };
  for (let at = FILES_PER_ROW; at < entries.length; at += FILES_PER_ROW) {
    parts.push({ ...told, ...nothing, files: grouped(entries.slice(at, at + FILES_PER_ROW)) });
  }
  return parts;
}

function grouped(entries: readonly { readonly table: string; readonly file: FileEntry }[]): Part["files"] {
  const tables = Map.groupBy(entries, ({ table }) => table);
  return Object.fromEntries([...tables].map(([table, files]) => [table, files.map(({ file }) => file)]));
}

/** `seq` stays that of the first part: what came later may have been passed already. */
function joined(a: Part, b: Part): Part {
  const files: Record<string, FileEntry[]> = { ...a.files };
  for (const [table, added] of Object.entries(b.files)) files[table] = [...filesOf(a, table), ...added];
  return {
    ...b,
    seq: a.seq,
    lines: a.lines + b.lines,
    events: a.events + b.events,
    files,
    upserts: [...a.upserts, ...b.upserts],
    ids: [...a.ids, ...b.ids],
    ndjson: [...a.ndjson, ...b.ndjson],
  };
}

/** Every R2 key that a run has written for itself. */
export const keysOf = ({ files, upserts, ids, ndjson }: Checkpoint): string[] => [
  ...Object.values(files).flatMap((entries) => entries.map(({ key }) => key)),
  ...upserts,
  ...ids,
  ...ndjson,
];
