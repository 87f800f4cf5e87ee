import { LIMITS } from "../core/limits.ts";
import { reject, type Rejection } from "../core/rejection.ts";

/** A body as text, or why not; `text` then holds what could be read, to find out whose it was. */
export type BodyText =
  | { readonly ok: true; readonly text: string; readonly bytes: number }
  | { readonly ok: false; readonly rejection: Rejection; readonly text: string };

interface Bytes {
  readonly bytes: Uint8Array;
  /** More than the limit arrived; `bytes` is the beginning. */
  readonly over: boolean;
}

const decoder = new TextDecoder();

function join(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined && only.length === length) return only;
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    const part = chunk.subarray(0, length - at);
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The next bytes of a stream; `undefined` at its end. */
type Take = () => Promise<Uint8Array | undefined>;

/** Takes at most `limit` bytes; `cancel` ends the rest, so that a bomb costs no more than an honest body. */
async function takeBounded(take: Take, cancel: () => Promise<void>, limit: number): Promise<Bytes> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const chunk = await take();
    if (chunk === undefined) return { bytes: join(chunks, length), over: false };
    chunks.push(chunk);
    length += chunk.length;
    if (length > limit) {
      await cancel();
      return { bytes: join(chunks, limit), over: true };
    }
  }
}

/** A declared length within the limit is kept by HTTP itself and read at once; any other body chunk by chunk. */
async function readPacked(request: Request, limit: number): Promise<Bytes> {
  const declared = Number(request.headers.get("content-length") ?? Number.NaN);
  if (declared <= limit) {
    const bytes = new Uint8Array(await request.arrayBuffer());
    return bytes.length <= limit ? { bytes, over: false } : { bytes: bytes.subarray(0, limit), over: true };
  }
  // Asked for only here: the stream is an object of its own, which costs more than the other questions together.
  if (request.body === null) return { bytes: new Uint8Array(), over: false };
  const reader = request.body.getReader();
  return takeBounded(
    async () => (await reader.read()).value,
    () => reader.cancel(),
    limit,
  );
}

type Compression = "gzip" | "deflate" | "deflate-raw";

const isZlib = (first: number, second: number): boolean => (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0;

/**
 * How the bytes are compressed. They say so themselves, and a label alone is not believed: a proxy may have
 * unpacked the body and left the header, or packed it and set none. JSON begins with neither gzip's nor zlib's mark.
 */
function compressionOf(bytes: Uint8Array, label: string): Compression | "none" | "unknown" {
  const [first = 0, second = 0] = bytes;
  if (first === 0x1f && second === 0x8b) return "gzip";
  if (bytes.length >= 2 && isZlib(first, second)) return "deflate";
  const looksPlain = bytes.length === 0 || /^[\s{["]/.test(String.fromCharCode(first)) || first === 0xef;
  if (looksPlain || label === "" || label === "identity") return "none";
  return label === "deflate" ? "deflate-raw" : "unknown";
}

/** Bytes handed to the decompressor at once: at deflate's best ratio (1:1032) they become 4 MB. */
const SLICE_BYTES = 4096;

/**
 * Takes everything that lies ready, so that no more than one slice is ever unpacked ahead: workerd's decompressor
 * does not hold back its writer. Other runtimes' do, and have no byte streams here.
 */
function takerOf(readable: ReadableStream<Uint8Array>, limit: number): { take: Take; cancel: () => Promise<void> } {
  try {
    const reader = readable.getReader({ mode: "byob" });
    let room = new Uint8Array(limit + 1);
    const take: Take = async () => {
      const { value } = await reader.read(room);
      if (value === undefined || value.length === 0) return undefined;
      room = new Uint8Array(value.buffer as ArrayBuffer);
      return value.slice();
    };
    return { take, cancel: () => reader.cancel() };
  } catch {
    const reader = readable.getReader();
    return { take: async () => (await reader.read()).value, cancel: () => reader.cancel() };
  }
}

async function inflate(bytes: Uint8Array, format: Compression): Promise<Bytes | undefined> {
  const { writable, readable } = new DecompressionStream(format);
  const { take, cancel } = takerOf(readable, LIMITS.batchBytes);
  const reader = new AbortController();
  const feed = async (): Promise<void> => {
    const writer = writable.getWriter();
    for (let at = 0; at < bytes.length && !reader.signal.aborted; at += SLICE_BYTES)
      await writer.write(bytes.subarray(at, at + SLICE_BYTES));
    if (!reader.signal.aborted) await writer.close();
  };
  const drain = async (): Promise<Bytes> => {
    const taken = await takeBounded(take, cancel, LIMITS.batchBytes);
    reader.abort();
    return taken;
  };
  const [fed, drained] = await Promise.allSettled([feed(), drain()]);
  if (drained.status === "rejected") return undefined;
  // A feed that fails after the reader stopped it says nothing about the data.
  return fed.status === "rejected" && !drained.value.over ? undefined : drained.value;
}

const tooLarge = (bytes: Uint8Array): BodyText => ({
  ok: false,
  rejection: reject("request_too_large", `more than ${LIMITS.batchBytes / 1024} kB`),
  text: decoder.decode(bytes),
});

/**
 * A request's body as text, whatever its content type says; gzip and deflate are unpacked. Never holds more than
 * 500 kB of packed and 500 kB of unpacked data. `bytes` is the unpacked size. A body the client cuts off is refused.
 */
export async function readBody(request: Request): Promise<BodyText> {
  let packed: Bytes;
  try {
    packed = await readPacked(request, LIMITS.batchBytes);
  } catch (cause) {
    return {
      ok: false,
      rejection: reject("bad_request", `it broke off (${String(cause)})`.slice(0, 200)),
      text: "",
    };
  }
  const label = (request.headers.get("content-encoding") ?? "").trim().toLowerCase();
  const compression = compressionOf(packed.bytes, label);
  if (compression === "none") {
    if (packed.over) return tooLarge(packed.bytes);
    return { ok: true, text: decoder.decode(packed.bytes), bytes: packed.bytes.length };
  }
  if (compression === "unknown") {
    const detail = `Content-Encoding ${label.slice(0, 40)} is not supported, send gzip or deflate`;
    return { ok: false, rejection: reject("bad_encoding", detail), text: "" };
  }
  const unpacked = packed.over ? undefined : await inflate(packed.bytes, compression);
  if (packed.over) return tooLarge(new Uint8Array());
  if (unpacked === undefined)
    return { ok: false, rejection: reject("bad_encoding", `not valid ${compression}`), text: "" };
  if (unpacked.over) return tooLarge(unpacked.bytes);
  return { ok: true, text: decoder.decode(unpacked.bytes), bytes: unpacked.bytes.length };
}
