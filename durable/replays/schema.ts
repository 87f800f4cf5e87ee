/**
 * Tables of Replays. Times are ms since epoch.
 * - replays: one row per replay, the newest 1,000 of 90 days; `request` is a ReplayRequest, `sums` core/replay-report
 *   DryRunSums, both JSON. `segments` and `matched` are those of the sums, for lists.
 * - steps: what a consumer does for a replay: its dry run (`destination` ''), or choosing lines for one destination.
 *   `cursor` is a ReplayCursor (JSON); `lease_until` 0 = free; `claims` is the token of the last claim; `failures`
 *   counts those in a row; nothing is begun before `next_at`.
 * - tracks: how far a started replay is with one destination. `chunk` and `taken` (lines) are about the shelf's first
 *   segment; `opening` is what is being handed to the ledger (JSON), written before it is; `allowance` is how many
 *   events the rate allows at `at`; `ahead` how many may wait at the destination; `seen` what its ledger said last (JSON).
 * - shelf: chosen lines of segments that are not handed over yet, in the order of `seq`; `lines` is core/cell-runs packRuns.
 */
const TABLES = `
  CREATE TABLE IF NOT EXISTS replays (
    id TEXT PRIMARY KEY, at INTEGER NOT NULL, status TEXT NOT NULL, request TEXT NOT NULL, started_at INTEGER,
    finished_at INTEGER, error TEXT, sums TEXT NOT NULL, segments INTEGER NOT NULL, matched INTEGER NOT NULL,
    checked_until INTEGER
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS steps (
    replay TEXT NOT NULL, destination TEXT NOT NULL, cursor TEXT NOT NULL, lease_until INTEGER NOT NULL,
    claims INTEGER NOT NULL, failures INTEGER NOT NULL, next_at INTEGER NOT NULL, PRIMARY KEY (replay, destination)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS tracks (
    replay TEXT NOT NULL, destination TEXT NOT NULL, chunk INTEGER NOT NULL, taken INTEGER NOT NULL, opening TEXT,
    allowance REAL NOT NULL, at INTEGER NOT NULL, ahead INTEGER NOT NULL, segments_done INTEGER NOT NULL,
    gone INTEGER NOT NULL, seen TEXT NOT NULL, next_at INTEGER NOT NULL, done INTEGER NOT NULL,
    PRIMARY KEY (replay, destination)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS shelf (
    replay TEXT NOT NULL, destination TEXT NOT NULL, seq INTEGER NOT NULL, key TEXT NOT NULL, count INTEGER NOT NULL,
    size INTEGER NOT NULL, lines TEXT NOT NULL, PRIMARY KEY (replay, destination, seq)
  ) WITHOUT ROWID;
`;

export const createTables = (sql: SqlStorage): void => void sql.exec(TABLES);
