import { isoTime } from "./iso-time.ts";
import type { Cell, ColumnType } from "./schema.ts";

/** int64, the integer of every warehouse: from -2^63, below 2^63. */
const INT64 = 2n ** 63n;
const INTEGER_TEXT = /^[+-]?\d{1,40}(?:\.\d*)?$/;
/** Digits can be read in one way only: with `\d+\.?\d*` a long text that is none takes the square of its length. */
const FLOAT_TEXT = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,4})?$/i;
const BOOLEAN_TEXT: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["1", true],
  ["false", false],
  ["0", false],
]);

/**
 * The type a column gets from its first value (storage.md §3.3). A number without decimals is an integer as long as a
 * double holds each of its neighbours (±2^53); beyond, the double itself is all that arrived, and `float` keeps it.
 * Texts are never read as numbers or booleans here. Arrays, and objects too deep to flatten, are JSON text.
 */
export function typeOf(value: unknown): ColumnType {
  if (typeof value === "string") return isoTime(value) === undefined ? "varchar" : "timestamp";
  if (typeof value === "boolean") return "boolean";
  if (typeof value === "number") return Number.isSafeInteger(value) ? "integer" : "float";
  return "varchar";
}

/** A number where it is exact, a bigint beyond ±2^53; null beyond int64. */
function int64(value: bigint): number | bigint | null {
  if (value < -INT64 || value >= INT64) return null;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function toInteger(value: unknown): Cell {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "number") {
    // `+ 0` because -0 is no integer.
    const whole = Math.trunc(value) + 0;
    return Number.isSafeInteger(whole) ? whole : int64(BigInt(whole));
  }
  if (typeof value !== "string") return null;
  const text = value.trim();
  return INTEGER_TEXT.test(text) ? int64(BigInt(text.split(".", 1)[0]!.replace("+", ""))) : null;
}

function toFloat(value: unknown): Cell {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value !== "string") return null;
  const text = value.trim();
  const number = FLOAT_TEXT.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(number) ? number : null;
}

function toBoolean(value: unknown): Cell {
  if (typeof value === "boolean") return value;
  if (typeof value === "number") return value === 0 || value === 1 ? value === 1 : null;
  return typeof value === "string" ? (BOOLEAN_TEXT.get(value.trim().toLowerCase()) ?? null) : null;
}

/** A number does not say whether it counts seconds or milliseconds, so it is no time. */
function toTimestamp(value: unknown): Cell {
  const ms = typeof value === "string" ? isoTime(value) : undefined;
  return ms === undefined ? null : new Date(ms);
}

const toText = (value: unknown): string =>
  typeof value === "string" ? value : typeof value === "object" ? JSON.stringify(value) : String(value);

/**
 * A value as a cell of a column, best effort (storage.md §3.3; the table of all pairs is in
 * test/conformance/warehouse.md). Null when it does not fit. Texts are kept whole: see the same page.
 */
export function cast(value: unknown, type: ColumnType): Cell {
  switch (type) {
    case "varchar":
      return toText(value);
    case "integer":
      return toInteger(value);
    case "float":
      return toFloat(value);
    case "boolean":
      return toBoolean(value);
    case "timestamp":
      return toTimestamp(value);
  }
}

const ZERO = 0x30;

/** The digits that count of a number's text, without sign, point, exponent and the zeros at both ends. */
function digits(text: string): string {
  const all = text.toLowerCase().split("e", 1)[0]!.replace(/\D/g, "");
  let from = 0;
  let to = all.length;
  while (all.charCodeAt(from) === ZERO) from++;
  while (to > from && all.charCodeAt(to - 1) === ZERO) to--;
  return all.slice(from, to);
}

/** Whether a cell that `cast` made says less than the value: decimals of an integer, a text's 17th digit, microseconds. */
export function isCut(value: unknown, cell: Cell): boolean {
  if (typeof value === "number") return typeof cell !== "string" && typeof cell !== "boolean" && Number(cell) !== value;
  if (typeof value !== "string") return false;
  if (cell instanceof Date) return /\.\d{3}\d*[1-9]/.test(value);
  return typeof cell === "number" || typeof cell === "bigint" ? digits(value) !== digits(String(cell)) : false;
}
