import { HASH_BYTES } from "../../src/core/dedup-index.ts";
import type { AppendBatch, AppendResult } from "../../src/core/intake.ts";
import { HOUR_MS } from "../../src/core/durations.ts";
import { EVENT_KINDS, KindTally } from "../../src/core/event-kind.ts";
import { ReceivedTimes } from "../../src/core/received-times.ts";
import { addAll, seal, type IntakeMemory, type OpenSegment } from "./memory.ts";
import { writeKinds } from "./kinds.ts";
import { findPlaces } from "./places.ts";
import { writeTimes } from "./facts.ts";
import type { IntakeStore, OutboxRow } from "./store.ts";

/** A SQLite row holds 2 MB; a UTF-16 unit takes at most three bytes of it. Not enforced locally, so kept here. */
const ROW_UNITS = 600_000;
const ROW_HASH_BYTES = 1_000_000;
/** Lines a segment may hold: its row has 12 bytes of hash and up to 24 of `commits` for each, of 2 MB in all. */
const SEGMENT_LINES = 25_000;
/** Characters a segment may hold, unless one row is larger: a drain has them in memory three times, of 128 MB. */
const SEGMENT_UNITS = 8_000_000;

export interface CommitRequest {
  readonly batch: AppendBatch;
  /** Packed hashes of `batch.ids`. */
  readonly hashes: ArrayBuffer;
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
  const duplicates = new HashList();
  const { answers, open, rows } = store.transaction(() => {
    const known = findPlaces(
      store,
      memory,
      requests.map(({ hashes }) => hashes),
    );
    const fresh = new Set<string>();
    const answers = requests.map((request, n): AppendResult => {
      // Checked here, not on arrival: `seen` may have raised the epoch while this request waited for its commit.
      if (request.batch.route.epoch < epoch) return { status: "stale_epoch", epoch };
      const repeated: number[] = [];
      const { ids, lines, kinds, receivedAt } = request.batch;
      ids.forEach((id, i) => {
        const hash = new Uint8Array(request.hashes, i * HASH_BYTES, HASH_BYTES);
        if (fresh.has(id) || request.earlier.has(i) || known[n]!.has(i)) {
          repeated.push(i);
          duplicates.add(hash);
        } else {
          fresh.add(id);
          builder.add(hash, lines[i]!, { receivedAt, kind: kinds?.texts[kinds.of[i]!] });
        }
      });
      return { status: "appended", duplicates: repeated };
    });
    const { open, rows } = placeRows(memory.open, bucket, builder.build());
    for (const row of rows) store.addOutbox({ ...row, at });
    for (const hashes of duplicates.pack()) store.addDuplicates(at, hashes);
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

type PackedRow = Pick<OutboxRow, "count" | "hashes" | "lines" | "kinds" | "received">;
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

/** Packs events into as few rows as the row limit allows. */
class RowBuilder {
  #rows: { lines: string[]; hashes: HashList; kinds: KindTally; times: ReceivedTimes; units: number }[] = [];

  add(hash: Uint8Array, line: string, { receivedAt, kind }: { receivedAt: number; kind: string | undefined }): void {
    let row = this.#rows.at(-1);
    if (row === undefined || row.units + line.length > ROW_UNITS) {
      const kinds = new KindTally(EVENT_KINDS.perRequest);
      row = { lines: [], hashes: new HashList(), kinds, times: new ReceivedTimes(), units: 0 };
      this.#rows.push(row);
    }
    row.lines.push(line);
    row.hashes.add(hash);
    if (kind !== undefined) row.kinds.add(kind, 1);
    row.times.add(receivedAt);
    row.units += line.length + 1;
  }

  build(): PackedRow[] {
    return this.#rows.map((row) => ({
      count: row.lines.length,
      hashes: row.hashes.pack()[0] ?? new ArrayBuffer(0),
      lines: row.lines.join("\n"),
      kinds: writeKinds(row.kinds),
      received: writeTimes(row.times),
    }));
  }
}

class HashList {
  readonly #hashes: Uint8Array[] = [];

  add(hash: Uint8Array): void {
    this.#hashes.push(hash);
  }

  /** Packed 16-byte hashes, split so that each part fits a row. */
  pack(): ArrayBuffer[] {
    const perPart = ROW_HASH_BYTES / HASH_BYTES;
    const parts: ArrayBuffer[] = [];
    for (let from = 0; from < this.#hashes.length; from += perPart) {
      const slice = this.#hashes.slice(from, from + perPart);
      const packed = new Uint8Array(slice.length * HASH_BYTES);
      slice.forEach((hash, i) => packed.set(hash, i * HASH_BYTES));
      parts.push(packed.buffer);
    }
    return parts;
  }
}
