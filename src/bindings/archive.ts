import { splitLines } from "../core/segment-lines.ts";

/**
 * The lines of a gzip NDJSON object, unpacked as they are asked for; null when there is no such object. The packed
 * bytes are read at once (a segment is at most a few MB), so a slow destination does not hold a stream from R2 open.
 */
export async function readLines(bucket: R2Bucket, key: string): Promise<AsyncIterable<string> | null> {
  const object = await bucket.get(key);
  return object === null ? null : linesOf(await object.arrayBuffer());
}

/** The lines of gzip NDJSON, unpacked as they are asked for. */
export const linesOf = (packed: ArrayBuffer): AsyncIterable<string> => splitLines(textOf(packed));

/** The text of gzip bytes in pieces, unpacked as they are asked for. */
export const textOf = (packed: ArrayBuffer): ReadableStream<string> =>
  new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip")).pipeThrough(new TextDecoderStream());

/** Writes values as gzip NDJSON; the same key again replaces. */
export async function writeLines(bucket: R2Bucket, key: string, values: readonly unknown[]): Promise<void> {
  const text = values.map((value) => `${JSON.stringify(value)}\n`).join("");
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  await bucket.put(key, await new Response(stream).arrayBuffer(), {
    httpMetadata: { contentType: "application/x-ndjson", contentEncoding: "gzip" },
  });
}

export async function writeJson(bucket: R2Bucket, key: string, text: string): Promise<void> {
  await bucket.put(key, text, { httpMetadata: { contentType: "application/json" } });
}
