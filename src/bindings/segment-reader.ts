import type { ListedSegment, SegmentPlace } from "../core/archive-index.ts";
import { COMPACTION } from "../core/compaction.ts";
import { takeLines } from "../core/segment-lines.ts";
import { linesOf } from "./archive.ts";
import { readSegment } from "./archive-reader.ts";
import { unpackUpTo } from "./segment-bytes.ts";

/** Members kept unpacked: who reads segments in turn asks for one member many times, then for the next. */
const KEPT = 2;

type ArchiveEnv = Pick<Env, "ARCHIVE" | "ARCHIVE_INDEX">;
/** The lines of a listed segment, wherever they are by now; null when they are gone. */
export type SegmentReader = (segment: Pick<ListedSegment, "key" | "place">) => Promise<AsyncIterable<string> | null>;

async function* each(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

/**
 * Reads listed segments. Those that lie in one gzip member are taken from it without fetching and unpacking it for each.
 * What is kept are values, at most two members of COMPACTION.memberBytes; never promises, which would belong to one request.
 */
export function createSegmentReader(env: ArchiveEnv): SegmentReader {
  const members = new Map<string, readonly string[]>();

  async function readMember({ file, offset, length, firstLine, count }: SegmentPlace, name: string) {
    const object = await env.ARCHIVE.get(file, { range: { offset, length } });
    if (object === null) return null;
    const packed = await object.arrayBuffer();
    const raw = await unpackUpTo(new Uint8Array(packed), COMPACTION.memberBytes);
    // A large segment makes a member by itself: nobody asks for that again.
    if (typeof raw === "string") return takeLines(linesOf(packed), firstLine, count);
    const lines = new TextDecoder().decode(raw).split("\n");
    members.set(name, lines);
    for (const oldest of members.keys()) if (members.size > KEPT) members.delete(oldest);
    return each(lines.slice(firstLine, firstLine + count));
  }

  return async ({ key, place }) => {
    if (place === undefined) return readSegment(env, key);
    const name = `${place.file} ${place.offset}`;
    const kept = members.get(name);
    if (kept !== undefined) return each(kept.slice(place.firstLine, place.firstLine + place.count));
    // A place is where the lines were when the list was made.
    return (await readMember(place, name)) ?? readSegment(env, key);
  };
}
