import { packRuns, sizeOf, unpackRuns, type Runs } from "../../src/core/cell-runs.ts";
import { NOTHING_YET, type ReplayAtDestination } from "../../src/core/replay-ledger.ts";
import type { ChosenLines } from "../../src/core/replay-steps.ts";

/** What is being handed to a ledger: written down before, so that it is handed over unchanged after a crash. */
export interface Opening extends ChosenLines {
  readonly chunk: number;
}

/** How far a replay is with one destination. */
export interface Track {
  readonly replay: string;
  readonly destination: string;
  /** Of the shelf's first segment: chunks and lines that the ledger has. */
  readonly chunk: number;
  readonly taken: number;
  readonly opening: Opening | undefined;
  /** Events that may be opened, as of `at` (ms). */
  readonly allowance: number;
  readonly at: number;
  /** Most events that may wait at the destination without having been tried. */
  readonly ahead: number;
  readonly segmentsDone: number;
  readonly gone: number;
  /** The ledger's last word. */
  readonly seen: ReplayAtDestination;
  readonly nextAt: number;
  readonly done: boolean;
}

type TrackRow = {
  replay: string;
  destination: string;
  chunk: number;
  taken: number;
  opening: string | null;
  allowance: number;
  at: number;
  ahead: number;
  segments_done: number;
  gone: number;
  seen: string;
  next_at: number;
  done: number;
};

type ShelfRow = { seq: number; key: string; count: number; lines: string };

const toTrack = (row: TrackRow): Track => ({
  replay: row.replay,
  destination: row.destination,
  chunk: row.chunk,
  taken: row.taken,
  opening: row.opening === null ? undefined : (JSON.parse(row.opening) as Opening),
  allowance: row.allowance,
  at: row.at,
  ahead: row.ahead,
  segmentsDone: row.segments_done,
  gone: row.gone,
  seen: JSON.parse(row.seen) as ReplayAtDestination,
  nextAt: row.next_at,
  done: row.done === 1,
});

type Place = Pick<Track, "replay" | "destination">;

/** What each destination of a started replay has got, and what is chosen for it. */
export function trackStore(sql: SqlStorage) {
  return {
    of: (replay: string): Track[] =>
      sql.exec<TrackRow>("SELECT * FROM tracks WHERE replay = ? ORDER BY destination", replay).toArray().map(toTrack),

    /** Of cancelled replays, what their ledgers have not ended yet. */
    stopping: (): Track[] =>
      sql
        .exec<TrackRow>(
          `SELECT tracks.* FROM tracks JOIN replays ON replays.id = tracks.replay
           WHERE tracks.done = 0 AND replays.status = 'cancelled'`,
        )
        .toArray()
        .map(toTrack),

    find({ replay, destination }: Place): Track | undefined {
      const query = "SELECT * FROM tracks WHERE replay = ? AND destination = ?";
      return sql.exec<TrackRow>(query, replay, destination).toArray().map(toTrack)[0];
    },

    add({ replay, destination }: Place, at: number, ahead: number): void {
      sql.exec(
        "INSERT INTO tracks VALUES (?, ?, 0, 0, NULL, 0, ?, ?, 0, 0, ?, 0, 0) ON CONFLICT DO NOTHING",
        replay,
        destination,
        at,
        ahead,
        JSON.stringify(NOTHING_YET),
      );
    },

    save(track: Track): void {
      sql.exec(
        `UPDATE tracks SET chunk = ?, taken = ?, opening = ?, allowance = ?, at = ?, ahead = ?, segments_done = ?,
           gone = ?, seen = ?, next_at = ?, done = ? WHERE replay = ? AND destination = ?`,
        track.chunk,
        track.taken,
        track.opening === undefined ? null : JSON.stringify(track.opening),
        track.allowance,
        track.at,
        track.ahead,
        track.segmentsDone,
        track.gone,
        JSON.stringify(track.seen),
        track.nextAt,
        Number(track.done),
        track.replay,
        track.destination,
      );
    },

    /** Everybody looks again at once. */
    refresh(replay: string): void {
      sql.exec("UPDATE tracks SET next_at = 0 WHERE replay = ?", replay);
    },

    /** Puts chosen lines behind what is there. */
    shelve({ replay, destination }: Place, chosen: readonly ChosenLines[]): void {
      const where = "WHERE replay = ? AND destination = ?";
      const query = `SELECT COALESCE(MAX(seq), 0) AS seq FROM shelf ${where}`;
      let { seq } = sql.exec<{ seq: number }>(query, replay, destination).one();
      for (const { key, count, lines } of chosen) {
        const packed = JSON.stringify(packRuns(lines));
        seq++;
        sql.exec(
          "INSERT INTO shelf VALUES (?, ?, ?, ?, ?, ?, ?)",
          replay,
          destination,
          seq,
          key,
          count,
          sizeOf(lines),
          packed,
        );
      }
    },

    /** The first segment on the shelf. */
    first({ replay, destination }: Place): (ChosenLines & { readonly seq: number; readonly lines: Runs }) | undefined {
      const query =
        "SELECT seq, key, count, lines FROM shelf WHERE replay = ? AND destination = ? ORDER BY seq LIMIT 1";
      const row = sql.exec<ShelfRow>(query, replay, destination).toArray()[0];
      if (row === undefined) return undefined;
      return { seq: row.seq, key: row.key, count: row.count, lines: unpackRuns(JSON.parse(row.lines) as number[]) };
    },

    takeOff({ replay, destination }: Place, seq: number): void {
      sql.exec("DELETE FROM shelf WHERE replay = ? AND destination = ? AND seq = ?", replay, destination, seq);
    },

    /** Events on the shelf, those of its first segment that are taken already among them. */
    shelved({ replay, destination }: Place): number {
      const query = "SELECT COALESCE(SUM(size), 0) AS size FROM shelf WHERE replay = ? AND destination = ?";
      return sql.exec<{ size: number }>(query, replay, destination).one().size;
    },

    clearShelf(replay: string): void {
      sql.exec("DELETE FROM shelf WHERE replay = ?", replay);
    },

    remove(replay: string): void {
      sql.exec("DELETE FROM shelf WHERE replay = ?", replay);
      sql.exec("DELETE FROM tracks WHERE replay = ?", replay);
    },
  };
}
export type TrackStore = ReturnType<typeof trackStore>;
