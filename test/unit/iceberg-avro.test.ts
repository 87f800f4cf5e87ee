import { inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { avroMetadata, readZigZag } from "icebird/src/avro/avro.metadata.js";
import { avroRead } from "icebird/src/avro/avro.read.js";
import { describe, expect, it } from "vitest";
import type { AvroRecord, AvroRecordType } from "../../src/warehouse/iceberg/avro.ts";
import { readAvroFile } from "../../src/warehouse/iceberg/avro-read.ts";
import { writeAvroFile } from "../../src/warehouse/iceberg/avro-write.ts";

const PAIR: AvroRecordType = {
  type: "record",
  name: "pair",
  fields: [
    { name: "key", type: "int" },
    { name: "value", type: "bytes" },
  ],
};
const TYPE: AvroRecordType = {
  type: "record",
  name: "everything",
  fields: [
    { name: "text", type: "string" },
    { name: "count", type: "long" },
    { name: "flag", type: "boolean" },
    { name: "maybe", type: ["null", "long"], default: null },
    { name: "pairs", type: { type: "array", items: PAIR } },
    { name: "inner", type: { type: "record", name: "inner", fields: [{ name: "a", type: ["null", "string"] }] } },
    { name: "empty", type: { type: "record", name: "nothing", fields: [] } },
  ],
};

const MOST = 2 ** 52 - 1;
const record = fc.record({
  text: fc.string({ unit: "binary" }),
  count: fc.integer({ min: -MOST, max: MOST }),
  flag: fc.boolean(),
  maybe: fc.option(fc.integer()),
  pairs: fc.array(fc.record({ key: fc.nat(), value: fc.uint8Array() })),
  inner: fc.record({ a: fc.option(fc.string()) }),
  empty: fc.constant({}),
});

/** Zig-zag and variable length, told anew. */
function zigZag(value: number): number[] {
  const bytes: number[] = [];
  let rest = BigInt(value) * 2n;
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

/**
 * As icebird, a reader by others, understands a file: longs as bigints, null as undefined. Its own inflate fails over
 * short blocks, so Node inflates.
 */
function readByOthers(bytes: Uint8Array) {
  const reader = { view: new DataView(bytes.slice().buffer), offset: 0 };
  const { metadata, syncMarker } = avroMetadata(reader);
  if (reader.offset === bytes.length) return { metadata, records: [] };
  const [count, size] = [readZigZag(reader), readZigZag(reader)];
  const body = inflateRawSync(bytes.subarray(reader.offset, reader.offset + size));
  expect(bytes.length).toBe(reader.offset + size + syncMarker.length);
  const plain = Uint8Array.from([...zigZag(count), ...zigZag(body.length), ...body, ...syncMarker]);
  const records = avroRead({
    reader: { view: new DataView(plain.buffer), offset: 0 },
    metadata: { ...metadata, "avro.codec": "null" },
    syncMarker,
  });
  return { metadata, records };
}

const asOthers = (one: AvroRecord): unknown => ({
  ...one,
  count: BigInt(one["count"] as number),
  maybe: one["maybe"] === null ? undefined : BigInt(one["maybe"] as number),
  inner: { a: (one["inner"] as AvroRecord)["a"] ?? undefined },
});

const oneLong = (value: number): Uint8Array => {
  const type: AvroRecordType = { type: "record", name: "r", fields: [{ name: "n", type: "long" }] };
  return writeAvroFile(type, [{ n: value }], {});
};

describe("Avro container files", () => {
  it("are read back as they were written, by us and by others", () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 20 }), (records) => {
        const bytes = writeAvroFile(TYPE, records, { "format-version": "2" });
        expect(readAvroFile(bytes)).toEqual(records);
        const others = readByOthers(bytes);
        expect(others.records).toEqual(records.map(asOthers));
        expect(others.metadata).toMatchObject({ "format-version": "2", "avro.schema": TYPE });
      }),
      { numRuns: 50 },
    );
  });

  it("hold no block when there are no records", () => {
    const bytes = writeAvroFile(TYPE, [], {});
    expect(readAvroFile(bytes)).toEqual([]);
    expect(readByOthers(bytes).records).toEqual([]);
  });

  it("are the same bytes for the same records", () => {
    expect(oneLong(7)).toEqual(oneLong(7));
  });

  it("take no number that zig-zag would make inexact, and nothing that is not of the type", () => {
    expect(() => oneLong(2 ** 52)).toThrow("2^52");
    expect(() => oneLong(1.5)).toThrow("1.5");
    expect(() => writeAvroFile(TYPE, [{ text: 1 }], {})).toThrow("number is no string");
    expect(() => writeAvroFile(TYPE, [{ text: "a", count: 1, flag: null }], {})).toThrow("is no boolean");
  });

  it("are refused when they are cut off, or no Avro, or another codec's", () => {
    const bytes = oneLong(7);
    const type: AvroRecordType = { type: "record", name: "r", fields: [{ name: "n", type: "long" }] };
    const head = writeAvroFile(type, [], {}).length;
    for (let length = 0; length < bytes.length; length++) {
      // A head alone is a file without records.
      if (length !== head) expect(() => readAvroFile(bytes.slice(0, length))).toThrow();
    }
    expect(() => readAvroFile(new TextEncoder().encode("PAR1 and more"))).toThrow("not an Avro file");
    const text = Buffer.from(bytes).toString("latin1").replace("deflate", "deflat2");
    expect(() => readAvroFile(Buffer.from(text, "latin1"))).toThrow("another writer");
  });
});
