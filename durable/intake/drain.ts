import { segmentKey, utcDay } from "../../src/core/archive-key.ts";
import { HASH_BYTES, KEPT_HASH_BYTES } from "../../src/core/dedup-index.ts";
import { HOUR_MS } from "../../src/core/durations.ts";
import type { SegmentPointer } from "../../src/core/intake.ts";
import type { CountedSegment } from "../../src/core/ledger.ts";
import { writeFacts } from "./facts.ts";
import { mergeKinds, readKinds } from "./kinds.ts";
import type { OutboxRow } from "./outbox.ts";
import type { IntakeStore } from "./store.ts";

/** The longest pause after which a pointer that nobody confirmed is handed over again. */
const HAND_OVER_MAX_MS = 15 * 60_000;

export interface DrainDeps {
  readonly sourceId: string;
  readonly shard: number;
  readonly store: IntakeStore;
  readonly archive: Pick<R2Bucket, "put">;
  readonly events: Pick<Queue<SegmentPointer>, "send">;
  /** Tells the source's ledger how many events a segment holds. Idempotent; segments come in rising order. */
  countSegment(counted: CountedSegment): Promise<void>;
  now(): number;
  /** What `work` gives; fails when it takes longer than R2, a queue or the ledger ever should. */
  inTime<Work>(work: Promise<Work>): Promise<Work>;
}

/** A written segment that queues/events has not confirmed yet, or the ledger not counted. */
export interface Unconfirmed {
  readonly bucket: number;
  readonly count: number;
  /** The ledger has heard of its events. Only in memory: after a restart it is told again. */
  counted: boolean;
  attempts: number;
  dueAt: number;
}

/**
 * Moves one sealed segment from the outbox to R2 and remembers it. Idempotent: the key and the bytes depend on
 * the outbox rows alone, so a drain that died between the put and the clearing repeats the same put.
 */
export async function drainSegment(segment: number, deps: DrainDeps): Promise<Unconfirmed | undefined> {
  const rows = deps.store.outboxRows(segment);
  if (rows.length === 0) return undefined;
  const bucket = Math.floor(rows[0]!.at / HOUR_MS);
  const count = rows.reduce((sum, row) => sum + row.count, 0);
  const body = await gzip(rows.map((row) => row.lines));
  const put = deps.archive.put(keyOf(segment, bucket, deps), body, {
    // Not `contentEncoding`: readers tell gzip by the name, and one that undid it in transit would undo it twice.
    httpMetadata: { contentType: "application/gzip" },
    customMetadata: { count: String(count), firstCommit: String(rows[0]!.at), lastCommit: String(rows.at(-1)!.at) },
  });
  // One that is never answered would hold up all drains of the shard for as long as the object lives.
  await deps.inTime(put);
  deps.store.transaction(() => {
    deps.store.addSegment({
      no: segment,
      bucket,
      count,
      hashes: packHashes(rows),
      commits: JSON.stringify(commitsOf(rows)),
      kinds: mergeKinds(rows),
      facts: writeFacts(rows, { hour: bucket * HOUR_MS, bytes: body.byteLength }),
      confirmed: 0,
    });
    deps.store.clearOutbox(segment);
  });
  return { bucket, count, counted: false, attempts: 0, dueAt: deps.now() };
}

/** Counts the segments the ledger has not heard of, in order: what a crash interrupted is told again afterwards. */
export async function countSegments(unconfirmed: Map<number, Unconfirmed>, deps: DrainDeps): Promise<void> {
  for (const [segment, state] of unconfirmed) {
    if (state.counted) continue;
    // The hour may be over, and a minute that has not come yet shows nowhere.
    const at = Math.min(deps.now(), (state.bucket + 1) * HOUR_MS - 1);
    // Asked for only now: kept in memory they would add up while the ledger is down.
    const kinds = deps.store.kindsOf(segment);
    const counted = { shard: deps.shard, segment, at, accepted: state.count };
    await deps.inTime(deps.countSegment(kinds === null ? counted : { ...counted, kinds: readKinds(kinds) }));
    state.counted = true;
    if (state.dueAt === Infinity) settle(unconfirmed, segment, deps);
  }
}

/**
 * Takes a routed segment off the list; one that is still to be counted stays for that alone, and on disk too: after a
 * restart it is handed over once more, which does no harm, and counted.
 */
export function confirm(unconfirmed: Map<number, Unconfirmed>, segment: number, deps: Pick<DrainDeps, "store">): void {
  const state = unconfirmed.get(segment);
  if (state === undefined) return;
  if (state.counted) settle(unconfirmed, segment, deps);
  else state.dueAt = Infinity;
}

function settle(unconfirmed: Map<number, Unconfirmed>, segment: number, { store }: Pick<DrainDeps, "store">): void {
  store.confirmSegment(segment);
  unconfirmed.delete(segment);
}

/** Sends the pointers that are due; each goes again after `againAfterMs`, then twice that and so on, until it is confirmed. */
export async function handOver(
  unconfirmed: Map<number, Unconfirmed>,
  deps: DrainDeps,
  againAfterMs: number,
): Promise<void> {
  for (const [segment, state] of unconfirmed) {
    if (state.dueAt > deps.now()) continue;
    await deps.inTime(deps.events.send(pointerTo(segment, state, deps)));
    state.dueAt = deps.now() + Math.min(againAfterMs * 2 ** state.attempts, HAND_OVER_MAX_MS);
    state.attempts++;
  }
}

function pointerTo(segment: number, { bucket, count }: Unconfirmed, deps: DrainDeps): SegmentPointer {
  const { sourceId, shard, store } = deps;
  const facts = store.factsOf(segment);
  const pointer = { sourceId, shard, segment, key: keyOf(segment, bucket, deps), count };
  return facts === undefined ? pointer : { ...pointer, facts };
}

export function keyOf(segment: number, bucket: number, deps: Pick<DrainDeps, "sourceId" | "shard">): string {
  return segmentKey(deps.sourceId, utcDay(bucket * HOUR_MS), deps.shard, segment);
}

/** The hashes of a segment's rows as its own row keeps them. */
function packHashes(rows: readonly OutboxRow[]): ArrayBuffer {
  const packed = new Uint8Array(rows.reduce((sum, row) => sum + row.count, 0) * KEPT_HASH_BYTES);
  let at = 0;
  for (const row of rows) {
    for (let from = 0; from < row.hashes.byteLength; from += HASH_BYTES) {
      packed.set(new Uint8Array(row.hashes, from, KEPT_HASH_BYTES), at);
      at += KEPT_HASH_BYTES;
    }
  }
  return packed.buffer;
}

export function commitsOf(rows: readonly Pick<OutboxRow, "at" | "count">[]): [line: number, at: number][] {
  let line = 0;
  return rows.map((row) => {
    const start = line;
    line += row.count;
    return [start, row.at];
  });
}

async function gzip(parts: readonly string[]): Promise<ArrayBuffer> {
  const stream = new Blob(parts.map((part) => `${part}\n`)).stream().pipeThrough(new CompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}
