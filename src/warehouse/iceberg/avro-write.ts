import { AVRO_CODEC, AVRO_MAGIC, isUnion, through } from "./avro.ts";
import type { AvroPrimitive, AvroRecord, AvroRecordType, AvroType, AvroValue } from "./avro.ts";

/** Any 16 bytes will do: it only lets a reader find a block's end. A fixed one makes the same content the same file. */
const SYNC = new TextEncoder().encode("inlet-avro-sync.");
const INITIAL_BYTES = 4096;
/** Doubled by zig-zag it is still exact. */
const MOST = 2 ** 52;

/** A buffer that grows. */
class Sink {
  #bytes = new Uint8Array(INITIAL_BYTES);
  #length = 0;

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** Zig-zag and variable length, 7 bits a byte; by arithmetic, because bitwise operators end at 32 bits. */
  long(value: number): void {
    if (!Number.isInteger(value) || Math.abs(value) >= MOST) throw new Error(`no whole number below 2^52: ${value}`);
    let rest = value < 0 ? -2 * value - 1 : 2 * value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.byte((rest % 0x80) + 0x80);
    this.byte(rest);
  }

  bytes(value: Uint8Array): void {
    this.long(value.length);
    this.raw(value);
  }

  take(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    grown.set(this.take());
    this.#bytes = grown;
  }
}

const misfit = (type: AvroType, value: unknown): Error =>
  new Error(`${typeof value} is no ${typeof type === "string" ? type : JSON.stringify(type).slice(0, 80)}`);

function write(sink: Sink, type: AvroType, value: AvroValue | undefined): void {
  if (isUnion(type)) {
    const isNull = value === null || value === undefined;
    sink.long(isNull ? 0 : 1);
    if (!isNull) write(sink, type[1], value);
  } else if (typeof type === "string") {
    writePrimitive(sink, type, value);
  } else if (type.type === "array") {
    if (!Array.isArray(value)) throw misfit(type, value);
    if (value.length > 0) sink.long(value.length);
    for (const item of value as readonly AvroValue[]) write(sink, type.items, item);
    sink.long(0);
  } else {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw misfit(type, value);
    for (const field of type.fields) write(sink, field.type, (value as AvroRecord)[field.name]);
  }
}

function writePrimitive(sink: Sink, type: AvroPrimitive, value: AvroValue | undefined): void {
  if (type === "boolean" && typeof value === "boolean") sink.byte(value ? 1 : 0);
  else if ((type === "int" || type === "long") && typeof value === "number") sink.long(value);
  else if (type === "string" && typeof value === "string") sink.bytes(new TextEncoder().encode(value));
  else if (type === "bytes" && value instanceof Uint8Array) sink.bytes(value);
  else throw misfit(type, value);
}

/**
 * An object container file (Avro spec, "Object Container Files"): one deflated block of `records`. The same input gives
 * the same bytes. `meta`: the file's key-value metadata besides the schema and codec. Throws when a record does not fit.
 */
export async function writeAvroFile(
  type: AvroRecordType,
  records: readonly AvroRecord[],
  meta: Readonly<Record<string, string>>,
): Promise<Uint8Array> {
  const body = new Sink();
  for (const record of records) write(body, type, record);
  const text = new TextEncoder();
  const head = Object.entries({ ...meta, "avro.schema": JSON.stringify(type), "avro.codec": AVRO_CODEC });
  const file = new Sink();
  file.raw(AVRO_MAGIC);
  file.long(head.length);
  for (const [key, value] of head) {
    file.bytes(text.encode(key));
    file.bytes(text.encode(value));
  }
  file.long(0);
  file.raw(SYNC);
  if (records.length > 0) {
    file.long(records.length);
    file.bytes(await through(body.take(), new CompressionStream("deflate-raw")));
    file.raw(SYNC);
  }
  return file.take().slice();
}
