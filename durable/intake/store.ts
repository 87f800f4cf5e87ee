import type { SegmentFacts } from "../../src/core/archive-index.ts";
import { HASH_BYTES } from "../../src/core/dedup-index.ts";
import { readFacts } from "./facts.ts";
import { outboxStore } from "./outbox.ts";
import { runStore } from "./run-store.ts";

/** A written segment. `commits` is JSON [[first line, committed at ms], …]; `confirmed` = routed by queues/events and counted. */
export interface SegmentRow {
  readonly no: number;
  /** Hour since epoch of its commits: the unit of dedup expiry. */
  readonly bucket: number;
  readonly count: number;
  /** Packed, 12 bytes each; 16 in rows of an earlier version. */
  readonly hashes: ArrayBuffer;
  readonly commits: string;
  readonly confirmed: number;
  /** As in OutboxRow (outbox.ts). */
  readonly kinds: string | null;
  /** What the archive's index is told (see facts.ts); null in rows of an earlier version. */
  readonly facts: string | null;
}

/**
 * Outlived by the tables of an earlier version: columns that came later are added to those, see LATER_COLUMNS. Of
 * `segments` the long columns are the last: whoever asks for one behind them reads them too.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS segments (
    no INTEGER PRIMARY KEY, bucket INTEGER NOT NULL, count INTEGER NOT NULL, confirmed INTEGER NOT NULL,
    kinds TEXT, facts TEXT, commits TEXT NOT NULL, hashes BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS duplicates (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, hashes BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
`;

type Row<T> = T & Record<string, SqlStorageValue>;

const LATER_COLUMNS = [
  ["segments", "kinds"],
  ["segments", "facts"],
] as const;

function addColumns(sql: SqlStorage): void {
  for (const [table, column] of LATER_COLUMNS) {
    const columns = sql.exec<{ name: string }>(`PRAGMA table_info(${table})`).toArray();
    if (!columns.some(({ name }) => name === column)) sql.exec(`ALTER TABLE ${table} ADD COLUMN ${column} TEXT`);
  }
}

/** Every SQL statement of Intake, named and typed. No indexes: each would be one more billed row per write. */
export function intakeStore(storage: DurableObjectStorage, sql: SqlStorage = storage.sql) {
  sql.exec(SCHEMA);
  addColumns(sql);
  const all = <T>(query: string, ...args: SqlStorageValue[]) => sql.exec<Row<T>>(query, ...args).toArray();
  const { whole, forget, ...outbox } = outboxStore(sql);

  return {
    transaction: <T>(work: () => T): T => whole(() => storage.transactionSync(work)),
    runs: runStore(sql),
    ...outbox,

    addSegment: (row: SegmentRow) =>
      void sql.exec(
        "INSERT INTO segments (no, bucket, count, hashes, commits, confirmed, kinds, facts) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        row.no,
        row.bucket,
        row.count,
        row.hashes,
        row.commits,
        row.confirmed,
        row.kinds,
        row.facts,
      ),
    confirmSegment: (no: number) =>
      void sql.exec("UPDATE segments SET confirmed = 1 WHERE no = ? AND confirmed = 0", no),
    kindsOf: (no: number) =>
      all<{ kinds: string | null }>("SELECT kinds FROM segments WHERE no = ?", no)[0]?.kinds ?? null,
    factsOf(no: number): SegmentFacts | undefined {
      const row = all<Pick<SegmentRow, "facts" | "kinds">>("SELECT facts, kinds FROM segments WHERE no = ?", no)[0];
      return row === undefined ? undefined : readFacts(row);
    },
    segment: (no: number) =>
      all<Pick<SegmentRow, "bucket" | "commits">>("SELECT bucket, commits FROM segments WHERE no = ?", no)[0],
    segmentHashes: (no: number) =>
      all<Pick<SegmentRow, "count" | "hashes">>("SELECT count, hashes FROM segments WHERE no = ?", no)[0],
    /** Streams the ids of segments from `no` on: one row at a time, so that only the packed index stays in memory. */
    eachSegmentIds: (no: number) =>
      sql.exec<Row<Pick<SegmentRow, "no" | "bucket" | "hashes" | "count">>>(
        "SELECT no, bucket, hashes, count FROM segments WHERE no >= ? ORDER BY no",
        no,
      ),
    unconfirmed: () =>
      all<Pick<SegmentRow, "no" | "bucket" | "count">>(
        "SELECT no, bucket, count FROM segments WHERE confirmed = 0 ORDER BY no",
      ),
    lastSegment: () => all<{ no: number | null }>("SELECT MAX(no) AS no FROM segments")[0]?.no ?? null,

    addDuplicates: (at: number, hashes: ArrayBuffer) =>
      void sql.exec("INSERT INTO duplicates (at, hashes) VALUES (?, ?)", at, hashes),
    newestDuplicates: () => all<{ seq: number | null }>("SELECT MAX(seq) AS seq FROM duplicates")[0]?.seq ?? 0,
    /** Rows after `seq` that hold `hash`, and with bad luck some that only seem to; one at a time. */
    duplicatesOf: (hash: ArrayBuffer, seq: number) =>
      sql.exec<Row<{ at: number; hashes: ArrayBuffer }>>(
        "SELECT at, hashes FROM duplicates WHERE seq > ? AND INSTR(hashes, ?) > 0 ORDER BY seq",
        seq,
        hash,
      ),
    hasDuplicatesUpTo: (seq: number) => all("SELECT 1 FROM duplicates WHERE seq <= ? LIMIT 1", seq).length > 0,

    expire: (bucket: number, at: number) => {
      // No further than the first that stays: there may be tens of thousands. The newest row stays whatever its age: it
      // is what numbers the next segment.
      sql.exec(
        `DELETE FROM segments WHERE no < COALESCE(
           (SELECT no FROM segments WHERE bucket >= ?1 ORDER BY no LIMIT 1), (SELECT MAX(no) FROM segments))
         AND bucket < ?1 AND confirmed = 1`,
        bucket,
      );
      sql.exec("DELETE FROM duplicates WHERE at < ?", at);
      forget(at);
    },

    meta: (key: string) => all<{ value: string }>("SELECT value FROM meta WHERE key = ?", key)[0]?.value,
    setMeta: (key: string, value: string) => void sql.exec("INSERT OR REPLACE INTO meta VALUES (?, ?)", key, value),
  };
}
export type IntakeStore = ReturnType<typeof intakeStore>;

/** Position (0-based) of `hash` in packed hashes of `width` bytes (12 or 16), or -1. */
export function positionOf(packed: ArrayBuffer, hash: DataView, offset: number, width = HASH_BYTES): number {
  const view = new DataView(packed);
  for (let at = 0; at < packed.byteLength; at += width) {
    if (isSameHash(view, at, hash, offset, width)) return at / width;
  }
  return -1;
}

export function isSameHash(a: DataView, at: number, b: DataView, offset: number, width: number): boolean {
  for (let i = 0; i < width; i += 4) if (a.getUint32(at + i) !== b.getUint32(offset + i)) return false;
  return true;
}
