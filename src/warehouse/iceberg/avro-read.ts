import { inflateRawSync } from "node:zlib";
import { AVRO_CODEC, AVRO_MAGIC, isUnion } from "./avro.ts";
import type { AvroPrimitive, AvroRecord, AvroRecordType, AvroType, AvroValue } from "./avro.ts";

const SYNC_BYTES = 16;

/** Goes through bytes from the front; throws past their end. */
class Cursor {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get ended(): boolean {
    return this.#at >= this.#bytes.length;
  }

  raw(length: number): Uint8Array {
    if (length < 0 || this.#at + length > this.#bytes.length) throw new Error("an Avro file ends early");
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  long(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.raw(1)[0]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
      scale *= 128;
    }
    const magnitude = Math.floor(value / 2);
    return value % 2 === 0 ? magnitude : -magnitude - 1;
  }

  bytes(): Uint8Array {
    return this.raw(this.long());
  }
}

function read(cursor: Cursor, type: AvroType): AvroValue {
  if (isUnion(type)) return cursor.long() === 0 ? null : read(cursor, type[1]);
  if (typeof type === "string") return readPrimitive(cursor, type);
  if (type.type === "record") {
    return Object.fromEntries(type.fields.map((field) => [field.name, read(cursor, field.type)]));
  }
  const items: AvroValue[] = [];
  for (let count = cursor.long(); count !== 0; count = cursor.long()) {
    if (count < 0) cursor.long();
    for (let i = Math.abs(count); i > 0; i--) items.push(read(cursor, type.items));
  }
  return items;
}

function readPrimitive(cursor: Cursor, type: AvroPrimitive): AvroValue {
  switch (type) {
    case "null":
      return null;
    case "boolean":
      return cursor.raw(1)[0] === 1;
    case "int":
    case "long":
      return cursor.long();
    case "string":
      return new TextDecoder().decode(cursor.bytes());
    case "bytes":
      return cursor.bytes();
  }
  throw new Error(`no Avro type that is used here: ${String(type)}`);
}

function readMeta(cursor: Cursor): Map<string, string> {
  const meta = new Map<string, string>();
  const text = (): string => new TextDecoder().decode(cursor.bytes());
  for (let count = cursor.long(); count !== 0; count = cursor.long()) {
    for (; count > 0; count--) meta.set(text(), text());
  }
  return meta;
}

/**
 * The records of a container file that `writeAvroFile` wrote, by the schema that is in it (one that an older version
 * wrote is read as it was). Throws when it is cut off or something else.
 */
export function readAvroFile(bytes: Uint8Array): AvroRecord[] {
  const cursor = new Cursor(bytes);
  if (cursor.raw(AVRO_MAGIC.length).some((byte, i) => byte !== AVRO_MAGIC[i])) throw new Error("not an Avro file");
  const meta = readMeta(cursor);
  if (meta.get("avro.codec") !== AVRO_CODEC) throw new Error("an Avro file of another writer");
  const type = JSON.parse(meta.get("avro.schema") ?? "null") as AvroRecordType;
  cursor.raw(SYNC_BYTES);
  const records: AvroRecord[] = [];
  while (!cursor.ended) {
    const count = cursor.long();
    const block = new Cursor(new Uint8Array(inflateRawSync(cursor.bytes())));
    for (let i = 0; i < count; i++) records.push(read(block, type) as AvroRecord);
    cursor.raw(SYNC_BYTES);
  }
  return records;
}
