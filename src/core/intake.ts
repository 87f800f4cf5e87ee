import type { SegmentFacts } from "./archive-index.ts";
import { HASH_BYTES } from "./dedup-index.ts";
import type { BatchKinds } from "./event-kind.ts";
import { hashIds } from "./id-hashes.ts";
import type { SourceRoute } from "./source.ts";

/** Normalised events of one shard on their way into its Intake object. `ids[i]` is the messageId of `lines[i]`. */
export interface AppendBatch {
  readonly route: SourceRoute;
  readonly shard: number;
  /** Arrival of the request, ms since epoch; one value for all its items. */
  readonly receivedAt: number;
  readonly ids: readonly string[];
  /** One JSON text per event, without line breaks: stored byte for byte in the segment. */
  readonly lines: readonly string[];
  /** How many shards the call's events went to; 1 when absent. */
  readonly parts?: number;
  /** For the source's figures; a Worker of an earlier version sends none. */
  readonly kinds?: BatchKinds;
}

/**
 * The same as it travels: one text and one run of bytes however many events there are, for each value of a call
 * between Worker and object costs microseconds of its own.
 */
export interface PackedBatch extends Omit<AppendBatch, "ids" | "lines"> {
  /** See hashIds; one per line. */
  readonly hashes: ArrayBuffer;
  /** Joined by line breaks. */
  readonly lines: string;
  /** Given while the shards of an earlier layout have to be asked: ids, not hashes, say which. */
  readonly ids?: readonly string[];
}

export function packBatch({ ids, lines, ...rest }: AppendBatch): PackedBatch {
  const packed = { ...rest, hashes: hashIds(ids), lines: lines.join("\n") };
  return rest.route.previous === undefined ? packed : { ...packed, ids };
}

/** How many events it holds. */
export const batchSize = ({ hashes }: Pick<PackedBatch, "hashes">): number => hashes.byteLength / HASH_BYTES;

/**
 * `appended`: durable; `duplicates` are the indexes whose id was seen before (they are not stored again).
 * `stale_epoch`: this object has seen a newer shard layout than `route`; refresh the source and append again.
 */
export type AppendResult =
  | { readonly status: "appended"; readonly duplicates: readonly number[] }
  | { readonly status: "stale_epoch"; readonly epoch: number };

/** Times of copies that are told one by one. */
export const TOLD_TIMES = 20;

/** Copies of an event that came later: how many, and when the latest of them did (ms, the oldest first). */
export interface Duplicates {
  readonly count: number;
  /** There may be more: only the latest of the source's duplicates are gone through. */
  readonly atLeast: boolean;
  readonly times: readonly number[];
}

/**
 * Where one messageId ended up. `line` counts from 0 within the segment. Until the segment is `stored`, `text` is the
 * line itself; afterwards it is read from there.
 */
export interface LookupResult {
  readonly segment: string;
  readonly line: number;
  readonly stored: boolean;
  readonly text?: string;
  readonly firstSeenAt: number;
  readonly duplicates: Duplicates;
}

/** A reference to one archived segment: the message on the EVENTS queue. Idempotent by `key`. */
export interface SegmentPointer {
  readonly sourceId: string;
  readonly shard: number;
  readonly segment: number;
  /** R2 key of the gzip NDJSON file. */
  readonly key: string;
  readonly count: number;
  /** Absent in pointers of an earlier version, and of segments from before it. */
  readonly facts?: SegmentFacts;
}

/** A pure FNV-1a over UTF-16 units: spreads messageIds over shards, nothing else depends on it. */
export function shardOf(messageId: string, shards: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < messageId.length; i++) {
    hash = Math.imul(hash ^ messageId.charCodeAt(i), 0x01000193);
  }
  return (hash >>> 0) & (shards - 1);
}

/** The Durable Object name of one shard. */
export const intakeName = (sourceId: string, shard: number): string => `${sourceId}:${shard}`;
