import { REPLAY, type ReplayQuery, type ReplayRequest, type ReplayStatus } from "../../src/core/replay.ts";
import { NO_SUMS, type DryRunSums } from "../../src/core/replay-report.ts";

/** A replay without its sums, which may be large. */
export interface StoredReplay {
  readonly request: ReplayRequest;
  readonly status: ReplayStatus;
  readonly at: number;
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
  readonly error: string | undefined;
  readonly segments: number;
  readonly matched: number;
  readonly checkedUntil: number | undefined;
}

type ReplayRow = {
  id: string;
  at: number;
  status: string;
  request: string;
  started_at: number | null;
  finished_at: number | null;
  error: string | null;
  segments: number;
  matched: number;
  checked_until: number | null;
};

const COLUMNS = "id, at, status, request, started_at, finished_at, error, segments, matched, checked_until";

const toReplay = (row: ReplayRow): StoredReplay => ({
  request: JSON.parse(row.request) as ReplayRequest,
  status: row.status as ReplayStatus,
  at: row.at,
  startedAt: row.started_at ?? undefined,
  finishedAt: row.finished_at ?? undefined,
  error: row.error ?? undefined,
  segments: row.segments,
  matched: row.matched,
  checkedUntil: row.checked_until ?? undefined,
});

/** Nothing is under way, and nobody counts on them. */
const ENDED: readonly ReplayStatus[] = ["finished", "cancelled", "failed"];
/** As well as those that nobody has started. */
const RESTING: ReadonlySet<ReplayStatus> = new Set([...ENDED, "ready"] as const);

/** A place in the list of replays, newest first. */
const cursorOf = ({ at, request }: StoredReplay): string => `${at}.${request.id}`;
function readCursor(cursor: string | undefined): readonly [number, string] {
  const [, at, id] = /^(\d{1,16})\.([\w-]{1,40})$/.exec(cursor ?? "") ?? [];
  return at === undefined ? [Number.MAX_SAFE_INTEGER, ""] : [Number(at), id!];
}

/** Replays and their dry runs. */
export function replayStore(sql: SqlStorage) {
  const rows = (query: string, ...values: (string | number)[]): StoredReplay[] =>
    sql
      .exec<ReplayRow>(`SELECT ${COLUMNS} FROM replays ${query}`, ...values)
      .toArray()
      .map(toReplay);

  return {
    find: (id: string): StoredReplay | undefined => rows("WHERE id = ?", id)[0],

    sums(id: string): DryRunSums {
      const row = sql.exec<{ sums: string }>("SELECT sums FROM replays WHERE id = ?", id).toArray()[0];
      return row === undefined ? NO_SUMS : (JSON.parse(row.sums) as DryRunSums);
    },

    add(request: ReplayRequest, at: number): void {
      sql.exec(
        "INSERT INTO replays VALUES (?, ?, 'checking', ?, NULL, NULL, NULL, ?, 0, 0, NULL)",
        request.id,
        at,
        JSON.stringify(request),
        JSON.stringify(NO_SUMS),
      );
    },

    /** The oldest first. */
    inStatus: (status: ReplayStatus): StoredReplay[] => rows("WHERE status = ? ORDER BY at, id", status),

    /** Those that were ever started, the newest first. */
    started: (): StoredReplay[] => rows("WHERE started_at IS NOT NULL ORDER BY started_at DESC"),

    unfinished: (): number =>
      sql
        .exec<{ n: number }>(
          `SELECT COUNT(*) AS n FROM replays WHERE status NOT IN (${ENDED.map(() => "?").join(", ")})`,
          ...ENDED,
        )
        .one().n,

    setStatus(id: string, status: ReplayStatus, error?: string): void {
      sql.exec("UPDATE replays SET status = ?, error = ? WHERE id = ?", status, error ?? null, id);
    },

    /** What it is trying again for, while it does. */
    setError(id: string, error: string): void {
      sql.exec("UPDATE replays SET error = ? WHERE id = ?", error, id);
    },

    setStarted: (id: string, at: number): void =>
      void sql.exec("UPDATE replays SET status = 'running', started_at = ? WHERE id = ?", at, id),

    setEnded: (id: string, status: "finished" | "cancelled", at: number): void =>
      void sql.exec("UPDATE replays SET status = ?, finished_at = ?, error = NULL WHERE id = ?", status, at, id),

    setSums(id: string, sums: DryRunSums, checkedUntil: number | undefined): void {
      sql.exec(
        `UPDATE replays SET sums = ?, segments = ?, matched = ?, checked_until = COALESCE(?, checked_until), error = NULL
         WHERE id = ?`,
        JSON.stringify(sums),
        sums.segments,
        sums.matched,
        checkedUntil ?? null,
        id,
      );
    },

    /** Newest first. */
    list({ limit, cursor, sourceId, destinationId }: ReplayQuery): { items: StoredReplay[]; next?: string } {
      const [at, id] = readCursor(cursor);
      const query = `SELECT ${COLUMNS} FROM replays WHERE (at, id) < (?, ?) ORDER BY at DESC, id DESC`;
      const items: StoredReplay[] = [];
      // Row by row: a request may be 100 kB of names.
      for (const row of sql.exec<ReplayRow>(query, at, id)) {
        const replay = toReplay(row);
        const { request } = replay;
        if (sourceId !== undefined && request.sourceId !== sourceId) continue;
        if (destinationId !== undefined && !request.destinationIds.includes(destinationId)) continue;
        if (items.length === limit) return { items, next: cursorOf(items.at(-1)!) };
        items.push(replay);
      }
      return { items };
    },

    /** Ids of those that are too old, or too many, and have nothing under way. */
    outdated(now: number): string[] {
      const old = rows("WHERE at < ?", now - REPLAY.keptMs);
      const many = rows("ORDER BY at DESC, id DESC LIMIT -1 OFFSET ?", REPLAY.kept);
      const resting = [...old, ...many].filter(({ status }) => RESTING.has(status));
      return [...new Set(resting.map(({ request }) => request.id))];
    },

    remove(id: string): void {
      sql.exec("DELETE FROM replays WHERE id = ?", id);
    },
  };
}
export type ReplayStore = ReturnType<typeof replayStore>;
