import { DedupIndex } from "../../src/core/dedup-index.ts";
import type { DedupSizes } from "../../src/core/dedup-run.ts";
import { HOUR_MS } from "../../src/core/durations.ts";
import type { Unconfirmed } from "./drain.ts";
import { loadRuns } from "./folding.ts";
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
export function loadMemory(store: IntakeStore, sizes?: DedupSizes): IntakeMemory {
  const index = loadRuns(store, (seed) => new DedupIndex(seed, sizes));
  for (const { no, bucket, hashes, count } of store.eachSegmentIds(index.unfolded)) {
    addAll(index, bucket, hashes, { segment: no, count });
    // No segment found here gets any more ids.
    if (index.isCrowded) index.pack();
  }
  const unconfirmed = new Map<number, Unconfirmed>();
  for (const { no, bucket, count } of store.unconfirmed()) {
    unconfirmed.set(no, { bucket, count, counted: false, attempts: 0, dueAt: 0 });
  }
  const waiting = new Map<number, number>();
  let last = store.lastSegment() ?? -1;
  for (const { segment, bytes } of store.outboxSegments()) {
    waiting.set(segment, bytes);
    if (segment >= index.unfolded) {
      for (const { at, hashes, count } of store.outboxIds(segment)) {
        addAll(index, Math.floor(at / HOUR_MS), hashes, { segment, count });
      }
      if (index.isCrowded) index.pack();
    }
    last = Math.max(last, segment);
  }
  // All of them, so that what is packed next never leaves out an id of an earlier segment.
  index.pack();
  // A new number, never the last one again: rows of a sealed segment may be in R2 already.
  return {
    index,
    unconfirmed,
    open: { no: last + 1, bucket: 0, count: 0, bytes: 0 },
    waiting,
  };
}

/** Adds packed hashes, `count` of them, to the index. */
export function addAll(
  index: DedupIndex,
  bucket: number,
  hashes: ArrayBuffer,
  { segment, count }: { readonly segment: number; readonly count: number },
): void {
  const view = new DataView(hashes);
  const width = hashes.byteLength / count;
  for (let at = 0; at < hashes.byteLength; at += width) index.add(bucket, view, at, segment);
}

/** Has the next commit begin a segment, when one is open. */
export function seal(memory: IntakeMemory): void {
  const { open } = memory;
  if (open.count > 0) memory.open = { no: open.no + 1, bucket: 0, count: 0, bytes: 0 };
}
