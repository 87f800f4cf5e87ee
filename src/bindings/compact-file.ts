import {
  COMPACTION,
  type BuiltFile,
  type FileMember,
  type LeftReason,
  type PlannedSegment,
} from "../core/compaction.ts";
import { PartWriter } from "./part-writer.ts";
import { copyOf, fetchAhead, gzip, lineBreaks, unpackUpTo } from "./segment-bytes.ts";

type Member = { -readonly [K in keyof FileMember]: FileMember[K] };

/**
 * Lays segments into one file of gzip members. Small ones are unpacked and packed together, whole segments up to
 * COMPACTION.memberBytes of lines; what is large, or unpacks to more, is copied as it is and makes a member by itself.
 * In memory at once: the segments fetched ahead, one member, two parts of the upload; some 16 MB.
 */
class FileBuilder {
  readonly #parts: PartWriter;
  readonly #members: Member[] = [];
  readonly #left: { key: string; reason: LeftReason }[] = [];
  /** The member that is being filled. */
  #lines: Uint8Array[] = [];
  #raw = 0;
  #lineCount = 0;
  #segments: { key: string; firstLine: number }[] = [];

  constructor(parts: PartWriter) {
    this.#parts = parts;
  }

  leave(key: string, reason: LeftReason): void {
    this.#left.push({ key, reason });
  }

  /** A segment that comes packed in `packed`, or as a stream. */
  async copy(key: string, packed: AsyncIterable<Uint8Array>): Promise<void> {
    await this.#close();
    const offset = this.#parts.bytes;
    for await (const piece of packed) await this.#parts.write(piece);
    this.#members.push({ offset, length: this.#parts.bytes - offset, segments: [{ key, firstLine: 0 }] });
  }

  async add(key: string, raw: Uint8Array, count: number): Promise<void> {
    if (this.#raw + raw.byteLength > COMPACTION.memberBytes) await this.#close();
    this.#segments.push({ key, firstLine: this.#lineCount });
    this.#lines.push(raw);
    this.#raw += raw.byteLength;
    this.#lineCount += count;
  }

  async finish(): Promise<BuiltFile> {
    await this.#close();
    await this.#parts.finish();
    return { bytes: this.#parts.bytes, members: this.#members, left: this.#left };
  }

  async #close(): Promise<void> {
    if (this.#segments.length === 0) return;
    const packed = await gzip(this.#lines);
    const member = { offset: this.#parts.bytes, length: packed.byteLength, segments: this.#segments };
    this.#members.push(member);
    this.#lines = [];
    this.#raw = 0;
    this.#lineCount = 0;
    this.#segments = [];
    await this.#parts.write(packed);
  }
}

async function addSmall({ key, count }: PlannedSegment, packed: Uint8Array, into: FileBuilder): Promise<void> {
  const raw = await unpackUpTo(packed, COMPACTION.memberBytes);
  if (raw === "broken") return into.leave(key, "unreadable");
  if (raw === "too_large") return into.copy(key, copyOf(packed));
  // A pointer counts lines: a segment that has others than were booked would move those of its neighbours.
  if (lineBreaks(raw) !== count || raw.at(-1) !== 10) return into.leave(key, "line_count");
  return into.add(key, raw, count);
}

/** Writes the file through `upload` and completes it; rejects, with nothing completed, when R2 fails. */
export async function buildFile(
  bucket: Pick<R2Bucket, "get">,
  upload: Pick<R2MultipartUpload, "uploadPart" | "complete" | "abort">,
  segments: readonly PlannedSegment[],
): Promise<BuiltFile> {
  const builder = new FileBuilder(new PartWriter(upload));
  for await (const { segment, body } of fetchAhead(bucket, segments)) {
    if (body === null) builder.leave(segment.key, "missing");
    else if (body instanceof Uint8Array) await addSmall(segment, body, builder);
    else await builder.copy(segment.key, body);
  }
  return builder.finish();
}
