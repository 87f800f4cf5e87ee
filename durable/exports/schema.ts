/**
 * Tables of Exports. Times are ms since epoch.
 * - hours: one row per hour that ever had events. `wanted` is the archive's newest `seq` of it, `done` that of its current
 *   version; `asked` and `answered` count wishes to make it again. `version` was given last, `no` is the current
 *   publication (NULL = none); `failures` in a row, `retry_at` 0 = at once.
 * - tables: the registry as published (`body` is core TableSchema) and what is published of each table now.
 * - columns_of: the columns of a table as a publication had them: publications name them by `rev`.
 * - publications: one row per version; `state` 0 = its manifests are being written, 1 = current, 2 = replaced.
 *   `trashed` 1 = its files are on their way out. Replaced ones stay while a follower has worked through no newer one.
 * - published: what a publication has of one table; `files` is a JSON list of FileEntry, or its beginning.
 * - further_files: the rest of lists that one row does not hold, in parts from 1 on.
 * - run_parts, run_tables, intents: what the run under way has told (Progress without tables), the tables it has made or
 *   grown, and the files it has said it would write. All empty between runs; the run itself is `run` in meta.
 * - runs: the sync history, JSON of core Run without its id; the 1000 latest.
 * - followers: how far each is: `place` is the last publication it is done with, `claimed` the one it works on (NULL =
 *   none). `is_on` 0 = switched off: it goes on where it was.
 * - followed: what a follower may have taken of an hour: publication numbers, the last finished one first.
 * - snapshots: what the tables of users and accounts consist of now; `files` is a JSON list of FileEntry.
 * - trash: objects to delete from R2, and when.
 * - written: objects that publications have written to R2, by the start of the UTC month.
 * - meta: `sourceId`, `schema`, `run`, `token`.
 */
const TABLES = `
  CREATE TABLE IF NOT EXISTS hours (
    hour INTEGER PRIMARY KEY, wanted INTEGER NOT NULL, done INTEGER NOT NULL, asked INTEGER NOT NULL,
    answered INTEGER NOT NULL, version INTEGER NOT NULL, no INTEGER, segments INTEGER NOT NULL, rows INTEGER NOT NULL,
    events INTEGER NOT NULL, bytes INTEGER NOT NULL, failures INTEGER NOT NULL, retry_at INTEGER NOT NULL, error TEXT
  );
  CREATE INDEX IF NOT EXISTS hours_due ON hours (hour) WHERE wanted > done OR asked > answered;
  CREATE TABLE IF NOT EXISTS tables (
    name TEXT PRIMARY KEY, place INTEGER NOT NULL, rev INTEGER NOT NULL, body TEXT NOT NULL, rows INTEGER NOT NULL,
    files INTEGER NOT NULL, bytes INTEGER NOT NULL, first_hour INTEGER, last_hour INTEGER
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS columns_of (
    name TEXT NOT NULL, rev INTEGER NOT NULL, columns TEXT NOT NULL, PRIMARY KEY (name, rev)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS publications (
    no INTEGER PRIMARY KEY, hour INTEGER NOT NULL, version INTEGER NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL,
    state INTEGER NOT NULL, trashed INTEGER NOT NULL, upserts TEXT NOT NULL, ids TEXT NOT NULL, ndjson TEXT NOT NULL
  );
  CREATE TABLE IF NOT EXISTS published (
    no INTEGER NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, rev INTEGER NOT NULL, rows INTEGER NOT NULL,
    bytes INTEGER NOT NULL, files TEXT NOT NULL, PRIMARY KEY (no, name)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS further_files (
    no INTEGER NOT NULL, name TEXT NOT NULL, part INTEGER NOT NULL, files TEXT NOT NULL, PRIMARY KEY (no, name, part)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS run_parts (part INTEGER PRIMARY KEY, body TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS run_tables (name TEXT PRIMARY KEY, place INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS intents (id INTEGER PRIMARY KEY, keys TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS runs (id INTEGER PRIMARY KEY, target TEXT NOT NULL, body TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS followers (
    name TEXT PRIMARY KEY, is_on INTEGER NOT NULL, place INTEGER NOT NULL, token INTEGER NOT NULL, claimed INTEGER,
    run_id INTEGER, lease_until INTEGER NOT NULL, failures INTEGER NOT NULL, retry_at INTEGER NOT NULL, error TEXT, state TEXT
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS followed (
    hour INTEGER NOT NULL, follower TEXT NOT NULL, nos TEXT NOT NULL, PRIMARY KEY (hour, follower)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS snapshots (name TEXT PRIMARY KEY, files TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS trash (at INTEGER NOT NULL, key TEXT NOT NULL, PRIMARY KEY (at, key)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS written (month INTEGER PRIMARY KEY, objects INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
`;

export const createTables = (sql: SqlStorage): void => void sql.exec(TABLES);

/** Hours that have something to do, whether or not their time has come. */
export const DUE = "(wanted > done OR asked > answered)";

/** The states of a publication. */
export const STATE = { publishing: 0, current: 1, replaced: 2 } as const;
