import { COMPACTION } from "../core/compaction.ts";

interface Sized {
  readonly key: string;
  readonly bytes: number;
}

export interface Fetched<Segment> {
  readonly segment: Segment;
  /** Packed: bytes of a small one, a stream of a large one; null when there is no such object. */
  readonly body: Uint8Array | ReadableStream<Uint8Array> | null;
}

async function fetchSmall(bucket: Pick<R2Bucket, "get">, key: string): Promise<Uint8Array | null> {
  const object = await bucket.get(key);
  return object === null ? null : new Uint8Array(await object.arrayBuffer());
}

/** The segments in their order: small ones are fetched a few ahead, large ones stream when their turn comes. */
export async function* fetchAhead<Segment extends Sized>(
  bucket: Pick<R2Bucket, "get">,
  segments: readonly Segment[],
): AsyncGenerator<Fetched<Segment>> {
  const ahead = new Map<number, Promise<Uint8Array | null>>();
  for (const [i, segment] of segments.entries()) {
    for (let next = i; next <= i + COMPACTION.fetchedAhead && next < segments.length; next++) {
      const { key, bytes } = segments[next]!;
      if (bytes >= COMPACTION.copyBytes || ahead.has(next)) continue;
      const fetching = fetchSmall(bucket, key);
      // Whoever awaits it in its turn hears of the failure; until then it is not unheard.
      fetching.catch(() => null);
      ahead.set(next, fetching);
    }
    const small = ahead.get(i);
    // Taken out only now, so that none is fetched twice.
    const body = small === undefined ? ((await bucket.get(segment.key))?.body ?? null) : await small;
    ahead.delete(i);
    yield { segment, body };
  }
}

export async function* copyOf(packed: Uint8Array): AsyncGenerator<Uint8Array> {
  yield packed;
}

const streamOf = (parts: readonly Uint8Array[]): ReadableStream<Uint8Array> =>
  new Blob(parts as readonly Uint8Array<ArrayBuffer>[] as Uint8Array<ArrayBuffer>[]).stream();

export async function gzip(parts: readonly Uint8Array[]): Promise<Uint8Array> {
  const stream = streamOf(parts).pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** What gzip bytes unpack to, unless that is more than `limit` bytes or they are no gzip. */
export async function unpackUpTo(packed: Uint8Array, limit: number): Promise<Uint8Array | "too_large" | "broken"> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const piece of streamOf([packed]).pipeThrough(new DecompressionStream("gzip"))) {
      bytes += piece.byteLength;
      if (bytes > limit) return "too_large";
      pieces.push(piece);
    }
  } catch (error) {
    if (error instanceof TypeError) return "broken";
    throw error;
  }
  return joined(pieces, bytes);
}

function joined(pieces: readonly Uint8Array[], bytes: number): Uint8Array {
  const all = new Uint8Array(bytes);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.byteLength;
  }
  return all;
}

export function lineBreaks(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) count++;
  return count;
}
