/**
 * Tables of a Ledger. A source's ledger and the workspace's use `hours` alone.
 * - hours: counts of one UTC hour as JSON (core/counters); minutes for 48 h, totals for 30 days.
 * - jobs: one row per segment (and replay) of a destination; `states` is core/line-states. Finished ones stay for
 *   7 days, so that a pointer that comes again finds them. Times are ms since epoch; `lease_until` 0 = free;
 *   `by_schedule` 1 = a failure of the current round asked for no pause.
 * - errors: one row per status and reason with its ten latest samples; at most 100 rows.
 * - meta: `pacing` (core/pacing), `destinationId`, `sweptAt`.
 */
const TABLES = `
  CREATE TABLE IF NOT EXISTS hours (
    hour INTEGER PRIMARY KEY, minutes TEXT NOT NULL, totals TEXT NOT NULL, last_at INTEGER
  );
  CREATE TABLE IF NOT EXISTS jobs (
    key TEXT NOT NULL, replay TEXT NOT NULL, source_id TEXT NOT NULL, count INTEGER NOT NULL,
    pending INTEGER NOT NULL, failed INTEGER NOT NULL, opened_at INTEGER NOT NULL, next_at INTEGER NOT NULL,
    lease_until INTEGER NOT NULL, by_schedule INTEGER NOT NULL, claims INTEGER NOT NULL, done_at INTEGER, states BLOB NOT NULL,
    PRIMARY KEY (key, replay)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS jobs_due ON jobs (next_at) WHERE done_at IS NULL;
  CREATE TABLE IF NOT EXISTS errors (
    status TEXT NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL, last_at INTEGER NOT NULL,
    samples TEXT NOT NULL, PRIMARY KEY (status, reason)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
`;

export const createTables = (sql: SqlStorage): void => void sql.exec(TABLES);
