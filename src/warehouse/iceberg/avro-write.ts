import { deflateRawSync } from "node:zlib";
import { ByteWriter } from "hyparquet-writer";
import { AVRO_CODEC, AVRO_MAGIC, isUnion } from "./avro.ts";
import type { AvroPrimitive, AvroRecord, AvroRecordType, AvroType, AvroValue } from "./avro.ts";

/** Any 16 bytes will do: it only lets a reader find a block's end. A fixed one makes the same content the same file. */
const SYNC = new TextEncoder().encode("inlet-avro-sync.");
/** What a number doubled by zig-zag still holds exactly; readers here count in numbers. */
const MOST = 2 ** 52;

/** Zig-zag and variable length, 7 bits a byte; as a bigint, because numbers' bitwise operators end at 32 bits. */
function writeLong(to: ByteWriter, value: number): void {
  if (!Number.isInteger(value) || Math.abs(value) >= MOST) throw new Error(`no whole number below 2^52: ${value}`);
  to.appendZigZag(BigInt(value));
}

function writeBytes(to: ByteWriter, value: Uint8Array): void {
  writeLong(to, value.length);
  to.appendBytes(value);
}

const misfit = (type: AvroType, value: unknown): Error =>
  new Error(`${typeof value} is no ${typeof type === "string" ? type : JSON.stringify(type).slice(0, 80)}`);

function write(to: ByteWriter, type: AvroType, value: AvroValue | undefined): void {
  if (isUnion(type)) {
    const isNull = value === null || value === undefined;
    writeLong(to, isNull ? 0 : 1);
    if (!isNull) write(to, type[1], value);
  } else if (typeof type === "string") {
    writePrimitive(to, type, value);
  } else if (type.type === "array") {
    if (!Array.isArray(value)) throw misfit(type, value);
    if (value.length > 0) writeLong(to, value.length);
    for (const item of value as readonly AvroValue[]) write(to, type.items, item);
    writeLong(to, 0);
  } else {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw misfit(type, value);
    for (const field of type.fields) write(to, field.type, (value as AvroRecord)[field.name]);
  }
}

function writePrimitive(to: ByteWriter, type: AvroPrimitive, value: AvroValue | undefined): void {
  if (type === "boolean" && typeof value === "boolean") to.appendUint8(value ? 1 : 0);
  else if ((type === "int" || type === "long") && typeof value === "number") writeLong(to, value);
  else if (type === "string" && typeof value === "string") writeBytes(to, new TextEncoder().encode(value));
  else if (type === "bytes" && value instanceof Uint8Array) writeBytes(to, value);
  else throw misfit(type, value);
}

/**
 * An object container file (Avro spec, "Object Container Files"): one deflated block of `records`. The same input gives
 * the same bytes. `meta`: the file's key-value metadata besides the schema and codec. Throws when a record does not fit.
 */
export function writeAvroFile(
  type: AvroRecordType,
  records: readonly AvroRecord[],
  meta: Readonly<Record<string, string>>,
): Uint8Array {
  const body = new ByteWriter();
  for (const record of records) write(body, type, record);
  const text = new TextEncoder();
  const head = Object.entries({ ...meta, "avro.schema": JSON.stringify(type), "avro.codec": AVRO_CODEC });
  const file = new ByteWriter();
  file.appendBytes(AVRO_MAGIC);
  writeLong(file, head.length);
  for (const [key, value] of head) {
    writeBytes(file, text.encode(key));
    writeBytes(file, text.encode(value));
  }
  writeLong(file, 0);
  file.appendBytes(SYNC);
  if (records.length > 0) {
    writeLong(file, records.length);
    writeBytes(file, deflateRawSync(body.getBytes()));
    file.appendBytes(SYNC);
  }
  return file.getBytes().slice();
}
