/**
 * Tables of a Ledger. A source's ledger and the workspace's use `hours` alone.
 * - hours: counts of one UTC hour as JSON (core/counters), and by kind of event (core/kind-counts); minutes for 48 h,
 *   totals for 32 days. The newest one's `segments` has, by shard, the last segment that was counted (JSON).
 * - jobs: one row per segment (and replay) of a destination; `states` is core/line-states, `history` core/line-history,
 *   `lanes` a JSON list of subscription ids: '' before the first claim, NULL in rows from before there were lanes.
 *   `pending` and `failed` count lines; `part` is the last settlement of the current claim (NULL = none). Finished ones stay for 7 days, so that a pointer that comes again finds them.
 *   `counted` is what its settlements have counted and `hours` does not have yet (JSON, NULL = nothing), see unbooked.ts.
 *   `lost` counts claims in a row whose holders were never heard of again (NULL = none).
 *   Times are ms since epoch; `lease_until` 0 = free; `by_schedule` 1 = a failure of the round asked for no pause.
 * - errors: one row per status and reason with its ten latest samples; at most 100 rows.
 * - letters: one row per object of dead letters, for 90 days; `entries` is core/letters.
 * - resends: one row per re-send, for 90 days; `cursor` is the letter it has come to, NULL once it is through.
 * - replays: one row per replay that has sent something here, for 90 days: what came of it, by reason (JSON).
 * - meta: `pacing` and `hold` (core/pacing), `destinationId`, `sweptAt`; `counted:<shard>`, the last segment that was counted into an hour which was
 *   not the newest; in objects made by an earlier version, into any.
 */
const TABLES = `
  CREATE TABLE IF NOT EXISTS hours (
    hour INTEGER PRIMARY KEY, minutes TEXT NOT NULL, totals TEXT NOT NULL, last_at INTEGER, kinds TEXT, segments TEXT
  );
  CREATE TABLE IF NOT EXISTS jobs (
    key TEXT NOT NULL, replay TEXT NOT NULL, source_id TEXT NOT NULL, count INTEGER NOT NULL,
    pending INTEGER NOT NULL, failed INTEGER NOT NULL, opened_at INTEGER NOT NULL, next_at INTEGER NOT NULL,
    lease_until INTEGER NOT NULL, by_schedule INTEGER NOT NULL, claims INTEGER NOT NULL, done_at INTEGER, states BLOB NOT NULL,
    lanes TEXT, history TEXT, part INTEGER, lost INTEGER, counted TEXT, PRIMARY KEY (key, replay)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS jobs_due ON jobs (next_at) WHERE done_at IS NULL;
  CREATE TABLE IF NOT EXISTS errors (
    status TEXT NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL, last_at INTEGER NOT NULL,
    samples TEXT NOT NULL, PRIMARY KEY (status, reason)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS letters (
    at INTEGER NOT NULL, key TEXT NOT NULL, segment TEXT NOT NULL, replay TEXT NOT NULL, source_id TEXT NOT NULL,
    count INTEGER NOT NULL, reasons TEXT NOT NULL, entries TEXT NOT NULL, PRIMARY KEY (at, key)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS resends (
    id TEXT PRIMARY KEY, at INTEGER NOT NULL, criteria TEXT NOT NULL, cursor TEXT, steps INTEGER NOT NULL,
    objects INTEGER NOT NULL, lines INTEGER NOT NULL, delivered INTEGER NOT NULL, abandoned INTEGER NOT NULL,
    dropped INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS replays (
    id TEXT PRIMARY KEY, at INTEGER NOT NULL, opened INTEGER NOT NULL, pending INTEGER NOT NULL,
    delivered INTEGER NOT NULL, dropped TEXT NOT NULL, abandoned TEXT NOT NULL, cancelled_at INTEGER
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
`;

/** Columns that objects made by an earlier version lack. Adding one touches no row, however many there are. */
const LATER_COLUMNS = [
  ["hours", "kinds", "TEXT"],
  ["hours", "segments", "TEXT"],
  ["jobs", "lanes", "TEXT"],
  ["jobs", "history", "TEXT"],
  ["jobs", "part", "INTEGER"],
  ["jobs", "lost", "INTEGER"],
  ["jobs", "counted", "TEXT"],
] as const;

export function createTables(sql: SqlStorage): void {
  sql.exec(TABLES);
  for (const [table, column, type] of LATER_COLUMNS) {
    const query = "SELECT COUNT(*) AS found FROM pragma_table_info(?) WHERE name = ?";
    if (sql.exec<{ found: number }>(query, table, column).one().found > 0) continue;
    sql.exec(`ALTER TABLE ${table} ADD COLUMN ${column} ${type}`);
  }
}
