import { archivePrefix, parseSegmentKey, utcDay } from "../../src/core/archive-key.ts";
import { DAY_MS, HOUR_MS } from "../../src/core/durations.ts";
import type { CompactionStore } from "./compaction-store.ts";
import type { FileStore } from "./file-store.ts";
import type { Listing } from "./listing.ts";
import type { Marks } from "./marks.ts";
import type { MetaStore } from "./meta-store.ts";
import type { RemovalStore } from "./removals.ts";
import type { SegmentStore } from "./segment-store.ts";

/** Hours taken out in one go: a shorter retention may end years at once. */
const HOURS_PER_RUN = 100;
/** Pages of 1000 objects gone through in one go, looking for what the index does not know. */
const PAGES_PER_RUN = 20;

export interface RetentionRoom {
  readonly sql: SqlStorage;
  readonly sourceId: string;
  readonly archive: Pick<R2Bucket, "list" | "delete">;
  readonly meta: MetaStore;
  readonly segments: SegmentStore;
  readonly files: FileStore;
  readonly dayMarks: Marks;
  readonly listing: Pick<Listing, "locate">;
  readonly compactions: CompactionStore;
  readonly removals: RemovalStore;
  transaction<T>(change: () => T): T;
}

/** The UTC day in the key of anything below a source's prefix; NaN for what is in no day. */
const dayIn = (key: string, prefix: string): number => Number(/^\d{1,15}(?=\/)/.exec(key.slice(prefix.length))?.[0]);

/** Ends what is older than a source's events are kept, hour by hour. */
export function retentionOf(room: RetentionRoom) {
  const { sql, sourceId, archive, meta, segments, files, dayMarks, listing } = room;
  const { compactions, removals, transaction } = room;
  const prefix = archivePrefix(sourceId);

  const hoursBefore = (before: number): number[] =>
    sql
      .exec<{ hour: number }>(
        "SELECT hour FROM segments WHERE hour < ? UNION SELECT hour FROM files WHERE hour < ? ORDER BY hour LIMIT ?",
        before,
        before,
        HOURS_PER_RUN,
      )
      .toArray()
      .map(({ hour }) => hour);

  /** Out of every list in one transaction, with its objects booked for removal. */
  function expireHour(hour: number, now: number): void {
    const seq = meta.nextSeq();
    transaction(() => {
      const compacted = files.between(hour, hour + HOUR_MS);
      removals.add(
        utcDay(hour),
        [...segments.ofHour(hour), ...compacted].map(({ key }) => key),
      );
      sql.exec("DELETE FROM segments WHERE hour = ?", hour);
      for (const file of compacted) files.remove(file);
      compactions.forget(hour, now);
      dayMarks.mark(utcDay(hour), { seq, due: now });
    });
  }

  /** Whether an object that is listed in R2 is one of ours. */
  function isKnown(key: string): boolean {
    const name = parseSegmentKey(key);
    if (name === undefined) {
      const day = dayIn(key, prefix);
      return files.between(day, day + DAY_MS).some((one) => one.key === key);
    }
    for (let hour = name.day; hour < name.day + DAY_MS; hour += HOUR_MS) {
      if (segments.find({ hour, shard: name.shard, segment: name.segment }) !== undefined) return true;
    }
    return false;
  }

  const removedBefore = (): number => Number(meta.get("removedBefore") ?? 0);
  const isEmpty = (): boolean =>
    sql.exec("SELECT 1 FROM segments UNION ALL SELECT 1 FROM files LIMIT 1").toArray().length === 0;
  const lastDay = (): number => sql.exec<{ id: number | null }>("SELECT MAX(id) AS id FROM days").one().id ?? -1;

  return {
    /** Start of the first hour that retention has never ended; 0 when it has ended nothing. */
    removedBefore,

    /** Whether there is nothing that could expire. */
    isEmpty,

    /** Whether nothing is left at all: the last day that held anything was gone through for what nobody knows. */
    isOver: (): boolean => isEmpty() && Number(meta.get("sweptBefore") ?? 0) > lastDay(),

    /** Of a segment that cannot be read: whether retention is why. */
    isRemoved(key: string): boolean {
      const name = parseSegmentKey(key);
      return name !== undefined && name.day < removedBefore() && !isKnown(key) && listing.locate(key) === null;
    },

    /** Takes hours before `before` out of the index, the oldest first; true when there are more. */
    expire(before: number, now: number): boolean {
      const hours = hoursBefore(before);
      // Also when nothing is that old: what comes late for such an hour is not taken in.
      if (before > removedBefore()) meta.set("removedBefore", String(before));
      for (const hour of hours) expireHour(hour, now);
      if (hours.length === HOURS_PER_RUN) return true;
      compactions.forgetGone(before);
      sql.exec("DELETE FROM guests WHERE home < ?", before);
      sql.exec("DELETE FROM hours WHERE id < ? AND id NOT IN (SELECT hour FROM guests)", before);
      return false;
    },

    /**
     * Deletes objects of whole days before `day` that the index does not know: what a crash or an earlier version has
     * left. Each day is gone through once; true when there is more to go through.
     */
    async sweep(day: number): Promise<boolean> {
      if (Number(meta.get("sweptBefore") ?? 0) >= day) return false;
      let startAfter: string | undefined;
      for (let page = 0; page < PAGES_PER_RUN; page++) {
        const { objects, truncated } = await archive.list({
          prefix,
          ...(startAfter === undefined ? {} : { startAfter }),
        });
        const old = objects.filter(({ key }) => dayIn(key, prefix) < day).map(({ key }) => key);
        const unknown = old.filter((key) => !isKnown(key));
        if (unknown.length > 0) await archive.delete(unknown);
        startAfter = objects.at(-1)?.key;
        if (!truncated || startAfter === undefined || old.length < objects.length) {
          meta.set("sweptBefore", String(day));
          return false;
        }
      }
      return true;
    },
  };
}
export type Retention = ReturnType<typeof retentionOf>;
