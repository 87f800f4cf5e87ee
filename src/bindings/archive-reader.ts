import { parseSegmentKey } from "../core/archive-key.ts";
import type { SegmentPlace } from "../core/archive-index.ts";
import { takeLines } from "../core/segment-lines.ts";
import { linesOf, readLines } from "./archive.ts";

type ArchiveEnv = Pick<Env, "ARCHIVE" | "ARCHIVE_INDEX">;

/**
 * The lines of a segment, wherever they are by now: in an object of its own or in a compacted file. Null when they are
 * gone. What is read at once is packed and bounded: a segment (a few MB) or one gzip member (about a MB of lines).
 */
export async function readSegment(env: ArchiveEnv, key: string): Promise<AsyncIterable<string> | null> {
  const own = await readLines(env.ARCHIVE, key);
  if (own !== null) return own;
  const name = parseSegmentKey(key);
  if (name === undefined) return null;
  const place = await env.ARCHIVE_INDEX.getByName(name.sourceId).locate(key);
  return place === null ? null : readPlace(env, place);
}

/** Of a segment that cannot be read: whether retention has ended its time. */
export async function isRemoved(env: Pick<Env, "ARCHIVE_INDEX">, key: string): Promise<boolean> {
  const name = parseSegmentKey(key);
  return name !== undefined && (await env.ARCHIVE_INDEX.getByName(name.sourceId).isRemoved(key));
}

/** The lines at a place that a listing told of; null when the file is gone. */
export async function readPlace(env: Pick<Env, "ARCHIVE">, place: SegmentPlace): Promise<AsyncIterable<string> | null> {
  const { file, offset, length, firstLine, count } = place;
  const member = await env.ARCHIVE.get(file, { range: { offset, length } });
  return member === null ? null : takeLines(linesOf(await member.arrayBuffer()), firstLine, count);
}
