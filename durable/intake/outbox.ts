/** One commit in the outbox: the lines of `count` events, newline-joined, and their packed 16-byte id hashes. */
export interface OutboxRow {
  readonly segment: number;
  /** When it was committed, ms since epoch. */
  readonly at: number;
  readonly count: number;
  readonly hashes: ArrayBuffer;
  readonly lines: string;
  /** How many events of which kind (see kinds.ts); null in rows of an earlier version. */
  readonly kinds: string | null;
  /** When they were received (see facts.ts); null in rows of an earlier version. */
  readonly received: string | null;
}

/**
 * Within a segment `seq` rises from commit to commit. The lines were called `lines` as long as every row of the table waited:
 * a version that takes all of them for waiting fails now, where it would write old ones to R2 again.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS outbox (
    seq INTEGER PRIMARY KEY, segment INTEGER NOT NULL, at INTEGER NOT NULL, count INTEGER NOT NULL,
    hashes BLOB NOT NULL, text TEXT NOT NULL, kinds TEXT, received TEXT);
`;

/** Which rows still wait: segments are written in rising order, so those of a later one than the last. */
export const WAITING = "segment > (SELECT IFNULL(MAX(no), -1) FROM segments)";

/** Emptied rows that are kept to be written over: about as many as a busy shard needs for its next segment. */
const KEPT = { rows: 500, bytes: 8_000_000 } as const;

/** An emptied row, and the bytes of lines that it still has. */
interface Emptied {
  readonly seq: number;
  readonly bytes: number;
}

/** What is known of the table's rows without reading them. */
interface OutboxState {
  /** By `seq`. */
  readonly emptied: readonly Emptied[];
  /** The highest `seq`. */
  readonly last: number;
  /** The latest commit. */
  readonly open: { readonly segment: number; readonly seq: number };
}

type Row<T> = T & Record<string, SqlStorageValue>;

function createTable(sql: SqlStorage): void {
  sql.exec(SCHEMA);
  const columns = sql.exec<{ name: string }>("PRAGMA table_info(outbox)").toArray();
  const has = (column: string) => columns.some(({ name }) => name === column);
  if (has("lines")) sql.exec("ALTER TABLE outbox RENAME COLUMN lines TO text");
  for (const column of ["kinds", "received"])
    if (!has(column)) sql.exec(`ALTER TABLE outbox ADD COLUMN ${column} TEXT`);
}

/**
 * The events that wait to be written to R2. A row whose segment is written is not deleted, which would cost as much as
 * writing it did: it counts as empty from the transaction on that stores the segment, and a later commit replaces it.
 * Needs the table `segments`.
 */
export function outboxStore(sql: SqlStorage) {
  createTable(sql);
  const all = <T>(query: string, ...args: SqlStorageValue[]) => sql.exec<Row<T>>(query, ...args).toArray();
  const sizes = "SELECT seq, segment, OCTET_LENGTH(text) AS bytes FROM outbox";
  let state: OutboxState = {
    emptied: all<Emptied>(`${sizes} WHERE NOT ${WAITING} ORDER BY seq`),
    last: all<{ seq: number | null }>("SELECT MAX(seq) AS seq FROM outbox")[0]?.seq ?? 0,
    open: { segment: -1, seq: 0 },
  };

  /** The row for the next commit: an emptied one behind the segment's others, else a new one. */
  function take(segment: number): number {
    const { emptied, last, open } = state;
    const after = open.segment === segment ? open.seq : 0;
    const found = emptied.find(({ seq }) => seq > after);
    const seq = found?.seq ?? last + 1;
    state = {
      emptied: found === undefined ? emptied : emptied.filter((row) => row !== found),
      last: Math.max(last, seq),
      open: { segment, seq },
    };
    return seq;
  }

  return {
    /** Does a transaction. When it is rolled back, no row counts as emptied, or used, that is not. */
    whole<T>(transaction: () => T): T {
      const before = state;
      try {
        return transaction();
      } catch (error) {
        state = before;
        throw error;
      }
    },

    addOutbox: ({ segment, at, count, hashes, lines, kinds, received }: OutboxRow): void =>
      void sql.exec(
        `INSERT OR REPLACE INTO outbox (seq, segment, at, count, hashes, text, kinds, received)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        take(segment),
        segment,
        at,
        count,
        hashes,
        lines,
        kinds,
        received,
      ),
    outboxRows: (segment: number) =>
      all<OutboxRow>(
        `SELECT segment, at, count, hashes, text AS lines, kinds, received
         FROM outbox WHERE segment = ? AND ${WAITING} ORDER BY seq`,
        segment,
      ),
    outboxIds: (segment: number) =>
      all<Pick<OutboxRow, "segment" | "at" | "count" | "hashes">>(
        `SELECT segment, at, count, hashes FROM outbox WHERE segment = ? AND ${WAITING} ORDER BY seq`,
        segment,
      ),
    /** The lines of a segment's `n`th row, from 0. */
    outboxLines: (segment: number, n: number) =>
      all<{ lines: string }>(
        `SELECT text AS lines FROM outbox WHERE segment = ? AND ${WAITING} ORDER BY seq LIMIT 1 OFFSET ?`,
        segment,
        n,
      )[0]?.lines,
    outboxSegments: () =>
      all<{ segment: number; bytes: number }>(
        `SELECT segment, SUM(LENGTH(text)) AS bytes FROM outbox WHERE ${WAITING} GROUP BY segment ORDER BY segment`,
      ),
    /** All that waits; the lines themselves are not read. */
    outboxFigures: () =>
      all<{ count: number; oldest: number | null }>(
        `SELECT IFNULL(SUM(count), 0) AS count, MIN(at) AS oldest FROM outbox WHERE ${WAITING}`,
      )[0] ?? { count: 0, oldest: null },

    /**
     * The rows of a segment that is stored in the same transaction are empty from now on; what is more than may be kept is deleted.
     * Throws when an earlier segment still waits: its rows would count as empty too.
     */
    clearOutbox(segment: number): void {
      const { emptied } = state;
      const known = new Set(emptied.map(({ seq }) => seq));
      const rows = all<Emptied & { segment: number }>(`${sizes} WHERE segment <= ?`, segment);
      const cleared = rows.filter(({ seq }) => !known.has(seq));
      if (cleared.some((row) => row.segment < segment)) throw new Error(`segment ${segment} is not the next to write`);
      const kept = [...emptied];
      let bytes = emptied.reduce((sum, row) => sum + row.bytes, 0);
      for (const row of cleared) {
        bytes += row.bytes;
        if (kept.length < KEPT.rows && bytes <= KEPT.bytes) kept.push(row);
        else sql.exec("DELETE FROM outbox WHERE seq = ?", row.seq);
      }
      state = { ...state, emptied: kept.toSorted((a, b) => a.seq - b.seq) };
    },

    /** Deletes the emptied rows that no commit has used since `at` (ms). */
    forget(at: number): void {
      const rows = sql.exec<{ seq: number }>(`DELETE FROM outbox WHERE at < ? AND NOT ${WAITING} RETURNING seq`, at);
      const gone = new Set(rows.toArray().map(({ seq }) => seq));
      state = { ...state, emptied: state.emptied.filter(({ seq }) => !gone.has(seq)) };
    },
  };
}
