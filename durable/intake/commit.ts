import { batchSize, type AppendResult, type PackedBatch } from "../../src/core/intake.ts";
import { HOUR_MS } from "../../src/core/durations.ts";
import { FreshIds } from "./fresh-ids.ts";
import { addAll, seal, type IntakeMemory, type OpenSegment } from "./memory.ts";
import { findPlaces } from "./places.ts";
import { hashAt, packHashes, RowBuilder, type PackedRow } from "./rows.ts";
import type { OutboxRow } from "./outbox.ts";
import type { IntakeStore } from "./store.ts";

/** Lines a segment may hold: its row has 12 bytes of hash and up to 24 of `commits` for each, of 2 MB in all. */
const SEGMENT_LINES = 25_000;
/** Characters a segment may hold, unless one row is larger: a drain has them in memory three times, of 128 MB. */
const SEGMENT_UNITS = 8_000_000;

export interface CommitRequest {
  readonly batch: PackedBatch;
  /** Indexes that an earlier shard layout already holds. */
  readonly earlier: ReadonlySet<number>;
}

interface CommitContext {
  readonly at: number;
  readonly epoch: number;
  readonly store: IntakeStore;
  readonly memory: IntakeMemory;
}

/**
 * Dedupes and stores several requests in one transaction, and answers each. The memory learns of the ids only
 * once the transaction has succeeded: when it throws, nothing is remembered and a retry is new again.
 */
export function commitBatches(requests: readonly CommitRequest[], context: CommitContext): AppendResult[] {
  const { at, epoch, store, memory } = context;
  const bucket = Math.floor(at / HOUR_MS);
  const builder = new RowBuilder();
  const duplicates: Uint8Array[] = [];
  const { answers, open, rows } = store.transaction(() => {
    const known = findPlaces(
      store,
      memory,
      requests.map(({ batch }) => batch.hashes),
    );
    const fresh = new FreshIds(requests.reduce((sum, { batch }) => sum + batchSize(batch), 0));
    const answers = requests.map(({ batch, earlier }, n): AppendResult => {
      // Checked here, not on arrival: `seen` may have raised the epoch while this request waited for its commit.
      if (batch.route.epoch < epoch) return { status: "stale_epoch", epoch };
      const repeated = repeatedIn(batch, fresh, (i) => earlier.has(i) || known[n]!.has(i));
      if (repeated.length === 0) builder.addAll(batch);
      else builder.addOthers(batch, new Set(repeated));
      for (const i of repeated) duplicates.push(hashAt(batch.hashes, i));
      return { status: "appended", duplicates: repeated };
    });
    const { open, rows } = placeRows(memory.open, bucket, builder.build());
    for (const row of rows) store.addOutbox({ ...row, at });
    for (const hashes of packHashes(duplicates)) store.addDuplicates(at, hashes);
    return { answers, open, rows };
  });
  memory.open = open;
  for (const row of rows) remember(memory, bucket, row);
  if (memory.index.isCrowded) {
    seal(memory);
    memory.index.pack();
  }
  return answers;
}

/** Indexes of ids that are known or came before in this commit; the others are added to `fresh`. */
function repeatedIn(batch: PackedBatch, fresh: FreshIds, isKnown: (i: number) => boolean): number[] {
  const hashes = new Int32Array(batch.hashes);
  const repeated: number[] = [];
  for (let i = 0; i < batchSize(batch); i++) if (isKnown(i) || !fresh.add(hashes, i)) repeated.push(i);
  return repeated;
}

type PlacedRow = PackedRow & Pick<OutboxRow, "segment">;

/** A segment belongs to one hour, the unit of expiry, and to one UTC day, part of its key. */
const isFull = (open: OpenSegment, bucket: number, row: PackedRow): boolean =>
  open.count > 0 &&
  (open.bucket !== bucket || open.count + row.count > SEGMENT_LINES || open.bytes + row.lines.length > SEGMENT_UNITS);

/** Which segment each row goes to, and the one that is open after them. */
function placeRows(
  before: OpenSegment,
  bucket: number,
  packed: readonly PackedRow[],
): { readonly open: OpenSegment; readonly rows: readonly PlacedRow[] } {
  let open = before;
  const rows = packed.map((row) => {
    const { no, count, bytes } = isFull(open, bucket, row) ? { no: open.no + 1, count: 0, bytes: 0 } : open;
    open = { no, bucket, count: count + row.count, bytes: bytes + row.lines.length };
    return { ...row, segment: no };
  });
  return { open, rows };
}

function remember(memory: IntakeMemory, bucket: number, { segment, hashes, count, lines }: PlacedRow): void {
  addAll(memory.index, bucket, hashes, { segment, count });
  memory.waiting.set(segment, (memory.waiting.get(segment) ?? 0) + lines.length);
}
