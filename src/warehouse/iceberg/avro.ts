/**
 * The part of Avro 1.12 that Iceberg's manifests are made of: records, arrays, unions with null, and six primitives.
 * The libraries on npm (avsc, avro-js) compile their codecs with `new Function`, which a Worker forbids.
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

/** All of `bytes` after it went through a (de)compressing stream. */
export async function through(bytes: Uint8Array, stream: CompressionStream | DecompressionStream): Promise<Uint8Array> {
  const body = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(stream);
  return new Uint8Array(await new Response(body).arrayBuffer());
}
