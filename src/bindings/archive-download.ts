import type { ArchivePiece, PieceList, PieceQuery } from "../core/archive-listing.ts";
import { parseSegmentKey } from "../core/archive-key.ts";
import { isJsonObject, parseJson } from "../core/json.ts";
import { linesOf } from "./archive.ts";
import { readPlace } from "./archive-reader.ts";
import { streamOf } from "./byte-stream.ts";
import { openAhead } from "./open-ahead.ts";
import { logError } from "../log/log.ts";

export type DownloadEnv = Pick<Env, "ARCHIVE" | "ARCHIVE_INDEX">;

/** `[from, to)` of receivedAt, ms since epoch. */
type Window = Pick<PieceQuery, "from" | "to">;

/** A gzip member of nothing: what a range without events is. */
const EMPTY_MEMBER = Uint8Array.of(31, 139, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0);

/** Larger pieces stream when their turn comes. */
const SMALL_BYTES = 1_000_000;
const BATCH_CHARS = 64 * 1024;

const encoder = new TextEncoder();

type Body = ArrayBuffer | ReadableStream<Uint8Array>;

async function* piecesOf(index: { pieces(query: PieceQuery): Promise<PieceList> }, window: Window, first: PieceList) {
  let list = first;
  for (;;) {
    yield list.pieces;
    if (list.next === undefined) return;
    list = await index.pieces({ ...window, after: list.next });
  }
}

/** The bytes of a piece as they are stored; null when they are not there (any more). */
async function openPiece({ ARCHIVE }: DownloadEnv, { key, offset, length }: ArchivePiece): Promise<Body | null> {
  const whole = parseSegmentKey(key) !== undefined;
  const object = await ARCHIVE.get(key, whole ? {} : { range: { offset, length } });
  if (object === null) return null;
  return length <= SMALL_BYTES ? object.arrayBuffer() : object.body;
}

const receivedAt = (line: string): number => {
  const parsed = parseJson(line);
  return parsed.ok && isJsonObject(parsed.value) ? Date.parse(String(parsed.value["receivedAt"])) : Number.NaN;
};

/** The lines received in the window, in batches. */
async function* linesWithin(lines: AsyncIterable<string>, { from, to }: Window): AsyncGenerator<Uint8Array> {
  let batch = "";
  for await (const line of lines) {
    const at = receivedAt(line);
    if (at < from || at >= to || Number.isNaN(at)) continue;
    batch += `${line}\n`;
    if (batch.length < BATCH_CHARS) continue;
    yield encoder.encode(batch);
    batch = "";
  }
  if (batch !== "") yield encoder.encode(batch);
}

/** As one gzip member. */
const pack = (lines: AsyncIterable<string>, window: Window): ReadableStream<Uint8Array> =>
  streamOf(linesWithin(lines, window)).pipeThrough(new CompressionStream("gzip"));

/** A piece that lies inside is copied as it is; of one across an end of the window the lines are packed anew. */
async function* bytesOf(
  env: DownloadEnv,
  window: Window,
  { piece, body }: { readonly piece: ArchivePiece; readonly body: Body | null },
): AsyncGenerator<Uint8Array> {
  if (body === null) yield* pack(await movedLines(env, piece), window);
  else if (!piece.inside) yield* pack(linesOf(await new Response(body).arrayBuffer()), window);
  else if (body instanceof ArrayBuffer) yield new Uint8Array(body);
  else yield* body;
}

/** The lines of a segment that was compacted since it was listed. */
async function movedLines(env: DownloadEnv, { key }: ArchivePiece): Promise<AsyncIterable<string>> {
  const name = parseSegmentKey(key);
  const place = name === undefined ? null : await env.ARCHIVE_INDEX.getByName(name.sourceId).locate(key);
  const lines = place === null ? null : await readPlace(env, place);
  if (lines === null) throw new Error(`${key} is in the index and not in the archive`);
  return lines;
}

async function* allBytes(
  env: DownloadEnv,
  sourceId: string,
  { window, first }: Download,
): AsyncGenerator<Uint8Array, void, undefined> {
  let empty = true;
  for await (const pieces of piecesOf(env.ARCHIVE_INDEX.getByName(sourceId), window, first)) {
    const opened = openAhead(pieces, { open: (piece) => openPiece(env, piece), bytesOf: ({ length }) => length });
    for (const { item, content } of opened) {
      empty = false;
      yield* bytesOf(env, window, { piece: item, body: await content() });
    }
  }
  if (empty) yield EMPTY_MEMBER;
}

/** Keeps the last byte back until there is another or the end has come: what is cut anywhere is cut within a member. */
async function* holdingBack(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held = new Uint8Array(0);
  for await (const chunk of chunks) {
    if (chunk.byteLength === 0) continue;
    const next = new Uint8Array(held.byteLength + chunk.byteLength);
    next.set(held);
    next.set(chunk, held.byteLength);
    held = next.slice(-1);
    yield next.subarray(0, -1);
  }
  yield held;
}

/** `first` is the index's first answer. */
export interface Download {
  readonly window: Window;
  readonly first: PieceList;
}

/**
 * All events of a window as gzip NDJSON of several members, by hours of commits. What cannot be made whole ends in an
 * error; who does not see the error, or loses the connection, finds a file that does not unpack to its end.
 */
export async function* downloadArchive(
  env: DownloadEnv,
  sourceId: string,
  download: Download,
): AsyncGenerator<Uint8Array> {
  try {
    yield* holdingBack(allBytes(env, sourceId, download));
  } catch (error) {
    logError("archive_download_failed", { sourceId }, error);
    throw error;
  }
}
