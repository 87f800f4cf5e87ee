import { gzipSync } from "node:zlib";
import type { PlannedSegment } from "../../src/core/compaction.ts";

/** Objects in memory, as far as compaction reads and writes them. */
export function memoryBucket(objects: ReadonlyMap<string, Uint8Array>) {
  const parts: Uint8Array[] = [];
  const state = { completed: false, aborted: false };
  const upload = {
    uploadPart: async (partNumber: number, value: unknown) => {
      parts[partNumber - 1] = Uint8Array.from(value as Uint8Array);
      return { partNumber, etag: String(partNumber) };
    },
    complete: async () => {
      state.completed = true;
      return {} as R2Object;
    },
    abort: async () => void (state.aborted = true),
  };
  const bucket = {
    get: async (key: string) => {
      const bytes = objects.get(key);
      if (bytes === undefined) return null;
      const blob = new Blob([Uint8Array.from(bytes)]);
      return { body: blob.stream(), arrayBuffer: () => blob.arrayBuffer() };
    },
  } as unknown as Pick<R2Bucket, "get">;
  return { bucket, upload, parts, state, file: () => Buffer.concat(parts) };
}

/** A packed segment of these lines and what a plan says of it. */
export function packSegment(key: string, lines: readonly string[]): { packed: Uint8Array; plan: PlannedSegment } {
  const packed = gzipSync(`${lines.join("\n")}\n`);
  return { packed, plan: { key, bytes: packed.byteLength, count: lines.length } };
}
