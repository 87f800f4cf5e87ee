import type { ReadUnit } from "../core/archive-units.ts";
import { linesOf } from "./archive.ts";

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

/** The lines of a unit's segments, unpacked as they are asked for. */
export async function* linesIn({ unit, packed }: OpenUnit): AsyncGenerator<UnitLine> {
  const segments = unit.segments.values();
  let segment = segments.next().value;
  let no = 0;
  for await (const text of linesOf(packed)) {
    while (segment !== undefined && no >= segment.firstLine + segment.count) segment = segments.next().value;
    if (segment === undefined) return;
    if (no >= segment.firstLine) yield { segment: segment.key, line: no - segment.firstLine, text };
    no++;
  }
}
