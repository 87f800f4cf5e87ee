import { logError } from "../../src/log/log.ts";
/** Up to here one request writes the object; R2 wants all parts of an upload but the last alike, and 5 MiB at least. */
const PART_BYTES = 8 * 1024 * 1024;

type Bucket = Pick<R2Bucket, "put" | "createMultipartUpload">;
const JSON_TYPE = { httpMetadata: { contentType: "application/json" } };

/** Writes a text that may be long: no more than one part of it is held as bytes. */
export async function putText(bucket: Bucket, key: string, pieces: Iterable<string>): Promise<void> {
  const parts = cut(pieces);
  const first = parts.next().value ?? new Uint8Array();
  if (first.byteLength < PART_BYTES) {
    await bucket.put(key, first, JSON_TYPE);
    return;
  }
  const upload = await bucket.createMultipartUpload(key, JSON_TYPE);
  try {
    const uploaded = [await upload.uploadPart(1, first)];
    for (const part of parts) uploaded.push(await upload.uploadPart(uploaded.length + 1, part));
    await upload.complete(uploaded);
  } catch (error) {
    await upload.abort().catch((failed: unknown) => logError("upload_not_aborted", { key }, failed));
    throw error;
  }
}

/** The pieces in UTF-8, in parts of one size; the last may be smaller. */
function* cut(pieces: Iterable<string>): Generator<Uint8Array> {
  const utf8 = new TextEncoder();
  let part = new Uint8Array(PART_BYTES);
  let filled = 0;
  for (const piece of pieces) {
    let bytes = utf8.encode(piece);
    while (bytes.byteLength > 0) {
      const taken = bytes.subarray(0, PART_BYTES - filled);
      part.set(taken, filled);
      filled += taken.byteLength;
      bytes = bytes.subarray(taken.byteLength);
      if (filled < PART_BYTES) continue;
      yield part;
      part = new Uint8Array(PART_BYTES);
      filled = 0;
    }
  }
  if (filled > 0) yield part.subarray(0, filled);
}
