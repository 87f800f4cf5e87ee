import type { IcebergType } from "../../core/warehouse/iceberg-metadata.ts";

/** As Iceberg's own writers cut bounds (`write.metadata.metrics.default` = truncate(16)). */
const BOUND_CHARACTERS = 16;
const LAST_CODE_POINT = 0x10ffff;
const MICROS = 1000n;

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function littleEndian(set: (view: DataView) => void): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  set(view);
  return new Uint8Array(view.buffer);
}

/** A whole number of 32 bits, such as an hour since 1970 (spec, "Binary single-value serialization"). */
export function intBytes(value: number): Uint8Array {
  return littleEndian((view) => view.setInt32(0, value, true)).subarray(0, 4);
}

export const intOf = (bytes: Uint8Array): number => new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true);

/** The smallest text of at most 16 characters that no text beginning with `characters` exceeds; none after U+10FFFF. */
function nextText(characters: readonly string[]): string | undefined {
  for (let i = characters.length - 1; i >= 0; i--) {
    const next = characters[i]!.codePointAt(0)! + 1;
    if (next > LAST_CODE_POINT) continue;
    // Half a surrogate pair is no character.
    return characters.slice(0, i).join("") + String.fromCodePoint(next === 0xd800 ? 0xe000 : next);
  }
  return undefined;
}

function textBound(text: string, end: "lower" | "upper"): Uint8Array | undefined {
  // What a cut in the middle of a character decodes to says nothing of the order.
  if (text.includes("\ufffd")) return undefined;
  const characters = [...text];
  if (characters.length <= BOUND_CHARACTERS) return utf8(text);
  const cut = characters.slice(0, BOUND_CHARACTERS);
  const bound = end === "lower" ? cut.join("") : nextText(cut);
  return bound === undefined ? undefined : utf8(bound);
}

/**
 * A column's least or greatest value as a manifest holds it (spec, "Bound serialization"); none when a Parquet file's
 * statistic is not of the field's type: a missing bound costs pruning, a wrong one would lose rows.
 */
export function boundOf(type: IcebergType, value: unknown, end: "lower" | "upper"): Uint8Array | undefined {
  if (type === "string") return typeof value === "string" ? textBound(value, end) : undefined;
  if (type === "boolean") return typeof value === "boolean" ? new Uint8Array([value ? 1 : 0]) : undefined;
  if (type === "double") {
    const isNumber = typeof value === "number" && !Number.isNaN(value);
    return isNumber ? littleEndian((view) => view.setFloat64(0, value, true)) : undefined;
  }
  if (type === "long") {
    return typeof value === "bigint" ? littleEndian((view) => view.setBigInt64(0, value, true)) : undefined;
  }
  if (!(value instanceof Date) || Number.isNaN(value.getTime())) return undefined;
  const micros = BigInt(value.getTime()) * MICROS;
  return littleEndian((view) => view.setBigInt64(0, micros, true));
}
