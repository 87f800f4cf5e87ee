import type { SettledCell } from "../../src/core/ledger.ts";
import { NOTHING_YET, type ReplayAtDestination } from "../../src/core/replay-ledger.ts";
import { reasonOf } from "../../src/core/settle-counts.ts";

type ReplayRow = {
  id: string;
  at: number; // ms since epoch
  opened: number;
  pending: number;
  delivered: number;
  dropped: string; // JSON: reason → count
  abandoned: string; // JSON: reason → count
  cancelled_at: number | null; // ms since epoch
};

type Figures = Omit<ReplayAtDestination, "heldBy" | "retrying">;

const toFigures = ({ opened, pending, delivered, dropped, abandoned }: ReplayRow): Figures => ({
  opened,
  pending,
  delivered,
  dropped: JSON.parse(dropped) as Record<string, number>,
  abandoned: JSON.parse(abandoned) as Record<string, number>,
});

/** Distinct reasons that are kept of one replay: a destination's answers are made elsewhere. */
const MAX_REASONS = 50;

/** `reasons` and what those outcomes add. */
function addReasons(reasons: Figures["dropped"], outcomes: readonly SettledCell[]): Record<string, number> {
  const sums: Record<string, number> = { ...reasons };
  for (const outcome of outcomes) {
    const reason = reasonOf(outcome);
    const known = Object.hasOwn(sums, reason) || Object.keys(sums).length < MAX_REASONS;
    const key = known ? reason : "other";
    sums[key] = (sums[key] ?? 0) + 1;
  }
  return sums;
}

/** The replays to this destination, and what came of each. */
export function replayStore(sql: SqlStorage) {
  const find = (id: string): ReplayRow | undefined =>
    sql.exec<ReplayRow>("SELECT * FROM replays WHERE id = ?", id).toArray()[0];

  function write(id: string, figures: Figures): void {
    sql.exec(
      "UPDATE replays SET opened = ?, pending = ?, delivered = ?, dropped = ?, abandoned = ? WHERE id = ?",
      figures.opened,
      figures.pending,
      figures.delivered,
      JSON.stringify(figures.dropped),
      JSON.stringify(figures.abandoned),
      id,
    );
  }

  const add = (id: string, at: number): void =>
    void sql.exec("INSERT INTO replays VALUES (?, ?, 0, 0, 0, '{}', '{}', NULL) ON CONFLICT DO NOTHING", id, at);

  return {
    figures(id: string): Figures {
      const row = find(id);
      return row === undefined ? NOTHING_YET : toFigures(row);
    },

    isCancelled: (id: string): boolean => (find(id)?.cancelled_at ?? null) !== null,

    opened(id: string, lines: number, at: number): void {
      add(id, at);
      sql.exec("UPDATE replays SET opened = opened + ?, pending = pending + ? WHERE id = ?", lines, lines, id);
    },

    /** What a settlement has ended; `ended` counts lines that have nothing pending any more. */
    book(id: string, outcomes: readonly SettledCell[], ended: number): void {
      const row = find(id);
      if (row === undefined) return;
      const figures = toFigures(row);
      const of = (status: SettledCell["status"]) => outcomes.filter((outcome) => outcome.status === status);
      write(id, {
        opened: figures.opened,
        pending: figures.pending - ended,
        delivered: figures.delivered + of("delivered").length,
        dropped: addReasons(figures.dropped, of("dropped")),
        abandoned: addReasons(figures.abandoned, of("abandoned")),
      });
    },

    /** Also one that this ledger has not heard of yet: it will then open nothing. */
    cancel(id: string, at: number): void {
      add(id, at);
      sql.exec("UPDATE replays SET cancelled_at = ? WHERE id = ? AND cancelled_at IS NULL", at, id);
    },

    /** Cancelled, with something still pending. */
    cancelling: (): string[] =>
      sql
        .exec<{ id: string }>("SELECT id FROM replays WHERE cancelled_at IS NOT NULL AND pending > 0")
        .toArray()
        .map(({ id }) => id),

    forget(before: number): void {
      sql.exec("DELETE FROM replays WHERE at < ? AND pending = 0", before);
    },
  };
}
export type ReplayStore = ReturnType<typeof replayStore>;
