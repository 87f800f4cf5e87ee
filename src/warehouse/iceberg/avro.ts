/**
 * The part of Avro 1.12 that Iceberg's manifests are made of: records, arrays, unions with null, and six primitives.
 * No library on npm does it here: avsc 5.7.9 and avro-js 1.12.2 make the constructor, reader and writer of every record
 * type with `new Function`, which a Worker refuses once it serves; icebird 0.3.1 writes neither maps with integer keys nor
 * a file's own metadata, both of which Iceberg's manifests need, and gives each file another random marker.
 */
export type AvroPrimitive = "null" | "boolean" | "int" | "long" | "bytes" | "string";
export interface AvroField {
  readonly name: string;
  readonly type: AvroType;
  readonly "field-id"?: number;
  readonly default?: null;
}
export interface AvroRecordType {
  readonly type: "record";
  readonly name: string;
  readonly fields: readonly AvroField[];
}
export interface AvroArrayType {
  readonly type: "array";
  readonly items: AvroType;
  readonly "element-id"?: number;
  readonly logicalType?: "map";
}
export type AvroUnion = readonly ["null", AvroType];
export type AvroType = AvroPrimitive | AvroRecordType | AvroArrayType | AvroUnion;

/** `int` and `long` are numbers: nothing that is counted here comes near 2^52. */
export type AvroValue = null | boolean | number | string | Uint8Array | readonly AvroValue[] | AvroRecord;
export interface AvroRecord {
  readonly [field: string]: AvroValue | undefined;
}

export const isUnion = (type: AvroType): type is AvroUnion => Array.isArray(type);

export const AVRO_MAGIC = new Uint8Array([0x4f, 0x62, 0x6a, 1]);
/** Raw DEFLATE, which every Avro reader knows. */
export const AVRO_CODEC = "deflate";
