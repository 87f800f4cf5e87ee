import type { ReadUnit } from "../core/archive-units.ts";
import { textOf } from "./archive.ts";

type ArchiveEnv = Pick<Env, "ARCHIVE" | "ARCHIVE_INDEX">;

/** A unit that was read: packed, with where its segments' lines are. */
export interface OpenUnit {
  readonly unit: ReadUnit;
  readonly packed: ArrayBuffer;
}

/** Reads a unit; one that was compacted since it was listed is read where it lies now. Null when it is gone. */
export async function openUnit(env: ArchiveEnv, sourceId: string, unit: ReadUnit): Promise<OpenUnit | null> {
  const { key, range } = unit;
  const object = await env.ARCHIVE.get(key, range === undefined ? {} : { range });
  if (object !== null) return { unit, packed: await object.arrayBuffer() };
  const place = range === undefined ? await env.ARCHIVE_INDEX.getByName(sourceId).locate(key) : null;
  if (place === null) return null;
  const { file, offset, length, firstLine, count } = place;
  return openUnit(env, sourceId, {
    ...unit,
    key: file,
    range: { offset, length },
    segments: [{ key, firstLine, count }],
  });
}

export interface UnitLine {
  /** Key of its segment. */
  readonly segment: string;
  /** Within the segment. */
  readonly line: number;
  readonly text: string;
}

/** The next piece; null when the bytes are no gzip, or end within it. */
async function readPiece(
  reader: ReadableStreamDefaultReader<string>,
): Promise<ReadableStreamReadResult<string> | null> {
  try {
    return await reader.read();
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/** Hands over the lines of a unit's segments, a piece of text at a time; false when it cannot be read to its end. */
export async function eachLine({ unit, packed }: OpenUnit, take: (line: UnitLine) => void): Promise<boolean> {
  const lineAt = segmentsByLine(unit);
  const reader = textOf(packed).getReader();
  let [rest, no] = ["", 0];
  for (;;) {
    const piece = await readPiece(reader);
    if (piece === null) return false;
    const lines = (rest + (piece.value ?? "")).split("\n");
    rest = piece.done ? "" : lines.pop()!;
    for (const text of lines) {
      // After the last line break there is none.
      if (piece.done && text === "") break;
      const at = lineAt(no++);
      if (at === "past") return reader.cancel().then(() => true);
      if (at !== "none") take({ ...at, text });
    }
    if (piece.done) return true;
  }
}

/** Which segment has a line of what is read; asked for one line after the other. */
function segmentsByLine({ segments }: ReadUnit): (no: number) => Omit<UnitLine, "text"> | "none" | "past" {
  const left = segments.values();
  let segment = left.next().value;
  return (no) => {
    while (segment !== undefined && no >= segment.firstLine + segment.count) segment = left.next().value;
    if (segment === undefined) return "past";
    return no < segment.firstLine ? "none" : { segment: segment.key, line: no - segment.firstLine };
  };
}
