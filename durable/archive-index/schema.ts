/**
 * Tables of an ArchiveIndex. Hours and days are their start in ms since epoch; no secondary indexes.
 * - segments: one row per segment that is an R2 object of its own, by the hour of its commits. `hours` is JSON (see
 *   SegmentFacts), `kinds` JSON of KindCount; `seq` grows with every segment that is added.
 * - files: one row per compacted file, numbered within its hour, with the segments in it (`packed`: packed.ts);
 *   `spans` is JSON {shard: [least, greatest segment]}.
 * - guests: segments of another hour's commits (`home`) that hold events received in `hour`.
 * - hours: of receivedAt. `changed`: number of the change that made it due, `done`: the last one the exports know of.
 * - days: of commits. As hours, `done` is the last change that the index object in R2 has; `facts` (JSON of DayFacts)
 *   are those of that moment.
 * - meta: `seqs` numbers given out (in blocks), `adopted` how far the objects in R2 have been gone through; of retention
 *   `removedBefore` the first hour that it has not ended, `sweptBefore` the first day not gone through for the unknown.
 * Compaction and removals have tables of their own: compaction-store.ts, removals.ts.
 */
const TABLES = `
  CREATE TABLE IF NOT EXISTS segments (
    hour INTEGER NOT NULL, shard INTEGER NOT NULL, segment INTEGER NOT NULL, seq INTEGER NOT NULL, count INTEGER NOT NULL,
    bytes INTEGER NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, hours TEXT, kinds TEXT,
    PRIMARY KEY (hour, shard, segment)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS files (
    hour INTEGER NOT NULL, no INTEGER NOT NULL, key TEXT NOT NULL, bytes INTEGER NOT NULL, segments INTEGER NOT NULL,
    events INTEGER NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, spans TEXT NOT NULL, kinds TEXT NOT NULL,
    packed TEXT NOT NULL, PRIMARY KEY (hour, no)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS guests (
    hour INTEGER NOT NULL, home INTEGER NOT NULL, shard INTEGER NOT NULL, segment INTEGER NOT NULL,
    PRIMARY KEY (hour, home, shard, segment)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS hours (
    id INTEGER PRIMARY KEY, changed INTEGER NOT NULL, done INTEGER NOT NULL, due INTEGER NOT NULL
  );
  CREATE TABLE IF NOT EXISTS days (
    id INTEGER PRIMARY KEY, changed INTEGER NOT NULL, done INTEGER NOT NULL, due INTEGER NOT NULL, facts TEXT
  );
  CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
`;

export const createTables = (sql: SqlStorage): void => void sql.exec(TABLES);
