import { DedupIndex, HASH_BYTES } from "../../src/core/dedup-index.ts";
import { HOUR_MS } from "../../src/core/durations.ts";
import type { Unconfirmed } from "./drain.ts";
import type { IntakeStore } from "./store.ts";

/** The segment that commits go to now. Sealed by the drain, by size, and at each full hour. */
export interface OpenSegment {
  readonly no: number;
  readonly bucket: number;
  readonly count: number;
  readonly bytes: number;
}

export interface IntakeMemory {
  readonly index: DedupIndex;
  readonly unconfirmed: Map<number, Unconfirmed>;
  open: OpenSegment;
  /** Characters waiting in the outbox by segment, sealed or not. Kept here: counting them reads all of the outbox. */
  readonly waiting: Map<number, number>;
}

export const waitingBytes = ({ waiting }: Pick<IntakeMemory, "waiting">): number => {
  let total = 0;
  for (const bytes of waiting.values()) total += bytes;
  return total;
};

/** Rebuilds what a restart lost: the id index, the unconfirmed segments and the next segment number. */
export function loadMemory(store: IntakeStore): IntakeMemory {
  const index = new DedupIndex(Math.floor(Math.random() * 2 ** 32));
  const unconfirmed = new Map<number, Unconfirmed>();
  for (const row of store.eachSegmentIds()) {
    addAll(index, row.bucket, row.hashes, row.no);
    if (row.confirmed === 0) {
      unconfirmed.set(row.no, { bucket: row.bucket, count: row.count, counted: false, attempts: 0, dueAt: 0 });
    }
  }
  const waiting = new Map<number, number>();
  let last = store.lastSegment() ?? -1;
  for (const { segment, bytes } of store.outboxSegments()) {
    waiting.set(segment, bytes);
    for (const row of store.outboxIds(segment)) {
      addAll(index, Math.floor(row.at / HOUR_MS), row.hashes, segment);
    }
    last = Math.max(last, segment);
  }
  // A new number, never the last one again: rows of a sealed segment may be in R2 already.
  return {
    index,
    unconfirmed,
    open: { no: last + 1, bucket: 0, count: 0, bytes: 0 },
    waiting,
  };
}

export function addAll(index: DedupIndex, bucket: number, hashes: ArrayBuffer, segment: number): void {
  const view = new DataView(hashes);
  for (let at = 0; at < hashes.byteLength; at += HASH_BYTES) index.add(bucket, view, at, segment);
}
