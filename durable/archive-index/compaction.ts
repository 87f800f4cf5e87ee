import { foldKinds } from "../../src/core/archive-index.ts";
import { parseSegmentKey, utcDay } from "../../src/core/archive-key.ts";
import {
  COMPACTION,
  compactsBefore,
  fileKey,
  planFile,
  retryAfter,
  type BuiltFile,
  type CompactionClaim,
  type FileName,
} from "../../src/core/compaction.ts";
import { HOUR_MS } from "../../src/core/durations.ts";
import type { CompactionStore } from "./compaction-store.ts";
import type { FileStore } from "./file-store.ts";
import type { Marks } from "./marks.ts";
import type { MetaStore } from "./meta-store.ts";
import type { PackedSegment } from "./packed.ts";
import type { RemovalStore } from "./removals.ts";
import type { LooseSegment, SegmentStore } from "./segment-store.ts";

export interface CompactionRoom {
  readonly sourceId: string;
  readonly archive: Pick<R2Bucket, "delete" | "resumeMultipartUpload">;
  readonly meta: MetaStore;
  readonly segments: SegmentStore;
  readonly files: FileStore;
  readonly dayMarks: Marks;
  readonly compactions: CompactionStore;
  readonly removals: RemovalStore;
  transaction<T>(change: () => T): T;
}

/** R2's answers to aborting an upload that was completed or aborted already. */
const NO_SUCH_UPLOAD = /\(10024\)|does not exist|no such upload/i;

/**
 * Moves small segments of closed hours into files. A file is written under a number of its own, by a multipart upload
 * that the index knows: whoever is given up has his upload aborted and can complete nothing afterwards. Segments are read
 * from their file in the same transaction that books their own objects for removal.
 */
export function compactionOf(room: CompactionRoom) {
  const { sourceId, archive, meta, segments, files, dayMarks, compactions, removals, transaction } = room;

  function planOf(hour: number): LooseSegment[] {
    const left = compactions.left(hour);
    const isLeft = (one: LooseSegment) =>
      left.some(({ shard, segment }) => shard === one.shard && segment === one.segment);
    return planFile(segments.ofHour(hour).filter((segment) => !isLeft(segment)));
  }

  /** Its hour waits longer with each failure. */
  const drop = (name: FileName, now: number): void => {
    const { failures } = compactions.failuresOf(name.hour);
    compactions.setState(name, "dropped", now + retryAfter(failures + 1));
  };

  function endLeases(now: number): void {
    for (const attempt of compactions.attempts("writing")) if (attempt.until <= now) drop(attempt, now);
  }

  /** Where the segments lie; undefined when one of them is not loose any more. */
  function placeAll({ hour }: FileName, file: string, { members }: BuiltFile): PackedSegment[] | undefined {
    const placed: PackedSegment[] = [];
    for (const { offset, length, segments: inside } of members) {
      for (const { key, firstLine } of inside) {
        const name = parseSegmentKey(key);
        const found = name && segments.find({ hour, shard: name.shard, segment: name.segment });
        if (found === undefined) return undefined;
        placed.push({ ...found, place: { file, offset, length, firstLine, count: found.count } });
      }
    }
    return placed;
  }

  function putInPlace(name: FileName, built: BuiltFile, placed: readonly PackedSegment[]): void {
    const sum = { events: 0, firstAt: Infinity, lastAt: -Infinity };
    for (const { count, firstAt, lastAt } of placed) {
      sum.events += count;
      sum.firstAt = Math.min(sum.firstAt, firstAt);
      sum.lastAt = Math.max(sum.lastAt, lastAt);
    }
    const kinds = foldKinds(placed.map(segments.kindsOf));
    const key = fileKey(sourceId, name);
    const { hour, no } = name;
    files.add({ hour, no, key, bytes: built.bytes, segments: placed.length, kinds, ...sum }, placed);
    removals.add(
      utcDay(name.hour),
      placed.map((one) => one.key),
    );
    compactions.remove(name);
  }

  return {
    /** The next file to be written, with a lease. One at a time. */
    claim(now: number): CompactionClaim {
      return transaction(() => {
        endLeases(now);
        if (compactions.attempts("writing").length > 0) return { status: "nothing_due" };
        for (const hour of compactions.dueHours(compactsBefore(now))) {
          if (compactions.failuresOf(hour).until > now) continue;
          const planned = planOf(hour).map(({ key, bytes, count }) => ({ key, bytes, count }));
          if (planned.length === 0) continue;
          const name = { hour, no: compactions.nextNumber(hour) };
          compactions.plan(name, now + COMPACTION.leaseMs);
          return { status: "granted", ...name, file: fileKey(sourceId, name), segments: planned };
        }
        return { status: "nothing_due" };
      });
    },

    /** To be asked before anything is uploaded; false when somebody else has the lease, or nobody. */
    begin(name: FileName, upload: string): boolean {
      if (!compactions.isWriting(name)) return false;
      compactions.noteUpload(name, upload);
      return true;
    },

    /** From now on the segments are read from the file. False when it is not wanted any more: then it is cleared away. */
    finish(name: FileName, built: BuiltFile, now: number): boolean {
      const seq = meta.nextSeq();
      return transaction(() => {
        if (!compactions.isWriting(name)) return false;
        for (const { key, reason } of built.left) {
          const segment = parseSegmentKey(key);
          if (segment !== undefined) compactions.leave({ ...segment, hour: name.hour }, reason);
        }
        const placed = placeAll(name, fileKey(sourceId, name), built);
        if (placed === undefined || placed.length === 0) {
          drop(name, now);
          return false;
        }
        putInPlace(name, built, placed);
        dayMarks.mark(utcDay(name.hour), { seq, due: now });
        return true;
      });
    },

    fail(name: FileName, now: number): void {
      transaction(() => {
        if (compactions.isWriting(name)) drop(name, now);
      });
    },

    /** When a claim may find something; undefined when nothing waits. */
    nextDue(now: number): number | undefined {
      const [writing] = compactions.attempts("writing");
      if (writing !== undefined) return writing.until;
      let next: number | undefined;
      for (const hour of compactions.dueHours(Infinity)) {
        const at = Math.max(hour + HOUR_MS + COMPACTION.afterMs, compactions.failuresOf(hour).until);
        if (next !== undefined && next <= at) continue;
        if (at > now || planOf(hour).length > 0) next = at;
      }
      return next;
    },

    hasDropped: (): boolean => compactions.attempts("dropped").length > 0,

    /** Clears what given-up writers have left. Once an upload is aborted its writer can complete it no more. */
    async clearDropped(): Promise<void> {
      for (const attempt of compactions.attempts("dropped")) {
        const key = fileKey(sourceId, attempt);
        if (attempt.upload !== null) {
          await archive
            .resumeMultipartUpload(key, attempt.upload)
            .abort()
            .catch((error: unknown) => {
              if (!(error instanceof Error) || !NO_SUCH_UPLOAD.test(error.message)) throw error;
            });
        }
        await archive.delete(key);
        compactions.setState(attempt, "gone", attempt.until);
      }
    },
  };
}
export type Compaction = ReturnType<typeof compactionOf>;
