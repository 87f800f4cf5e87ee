/** The value rules of test/conformance/warehouse.md once more; shares nothing with the product. */
export type OracleType = "timestamp" | "integer" | "float" | "boolean" | "varchar";
/** Integers are bigints, timestamps ISO texts, so that rows compare by `toEqual`. */
export type OracleCell = string | number | bigint | boolean;

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:Z|([+-])(\d\d):?(\d\d)?)?)?$/;

/** As text of toISOString, when its year has four digits and is not 0. */
export const inSql = (ms: number): string | undefined => {
  const text = new Date(ms).toISOString();
  return /^(?!0000)\d{4}-/.test(text) ? text : undefined;
};

/** An ISO date as text of toISOString. */
export function oracleTime(value: unknown): string | undefined {
  const parts = typeof value === "string" ? ISO.exec(value) : null;
  if (parts === null || (value as string).endsWith(":")) return undefined;
  const [
    ,
    year,
    month,
    day,
    hour = "0",
    minute = "0",
    second = "0",
    fraction = "",
    sign,
    zoneHour = "0",
    zoneMinute = "0",
  ] = parts;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  const exists = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day) && month !== "00";
  const offset = (sign === "-" ? -1 : 1) * (Number(zoneHour) * 60 + Number(zoneMinute));
  if (!exists || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59 || Math.abs(offset) > 1440) {
    return undefined;
  }
  date.setUTCHours(Number(hour), Number(minute), Number(second), Number(fraction.padEnd(3, "0").slice(0, 3)));
  const utc = new Date(date.getTime() - offset * 60_000);
  return inSql(utc.getTime());
}

export function oracleType(value: unknown): OracleType {
  if (oracleTime(value) !== undefined) return "timestamp";
  if (typeof value === "number") return Math.abs(value) < 2 ** 53 && value % 1 === 0 ? "integer" : "float";
  return typeof value === "boolean" ? "boolean" : "varchar";
}

const inInt64 = (value: bigint): bigint | undefined => (BigInt.asIntN(64, value) === value ? value : undefined);

function oracleInteger(value: unknown): bigint | undefined {
  if (typeof value === "number") return inInt64(BigInt(value < 0 ? Math.ceil(value) : Math.floor(value)));
  if (typeof value === "boolean") return BigInt(value);
  const whole = typeof value === "string" ? /^\s*\+?(-?\d{1,40})(?:\.\d*)?\s*$/.exec(value)?.[1] : undefined;
  return whole === undefined ? undefined : inInt64(BigInt(whole));
}

function oracleFloat(value: unknown): number | undefined {
  const text = typeof value === "string" ? value.trim() : "";
  const isNumeral = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?$/.test(text);
  const number = typeof value === "number" || typeof value === "boolean" || isNumeral ? Number(value) : Number.NaN;
  return Math.abs(number) < Number.POSITIVE_INFINITY ? number : undefined;
}

function oracleBoolean(value: unknown): boolean | undefined {
  const word = typeof value === "object" ? "" : String(value).trim().toLowerCase();
  if (word === "true" || word === "1") return true;
  return word === "false" || word === "0" ? false : undefined;
}

/** Undefined: NULL. */
export function oracleCast(value: unknown, type: OracleType): OracleCell | undefined {
  if (type === "integer") return oracleInteger(value);
  if (type === "float") return oracleFloat(value);
  if (type === "boolean") return oracleBoolean(value);
  if (type === "timestamp") return oracleTime(value);
  return typeof value === "string" ? value : typeof value === "object" ? JSON.stringify(value) : `${value as number}`;
}
