import { parseTime } from "../timestamps.ts";

const ISO = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?$/;
const DASH = 0x2d;
/** The years 1 to 9999, in UTC: what BigQuery and Snowflake have; a year 0 does not exist in SQL. */
const FIRST_MS = Date.parse("0001-01-01T00:00:00.000Z");
const LAST_MS = Date.parse("9999-12-31T23:59:59.999Z");

/** A time every warehouse has, or `undefined`. */
export const sqlTime = (ms: number | undefined): number | undefined =>
  ms !== undefined && ms >= FIRST_MS && ms <= LAST_MS ? ms : undefined;

/**
 * A text that is an ISO-8601 date, as ms since epoch: `2024-01-31`, or the day with `T` or a space, hours and minutes,
 * with or without seconds, at most nine decimals and a zone (`Z`, `+01`, `+0100`, `+01:00`; none means UTC). Only days
 * and times that exist, in the years 1 to 9999; nothing around it. Years, months, weeks (`2024`, `2024-01`, `2024-W05`),
 * basic format (`20240131`) and other orders are words. `undefined` for what is none.
 */
export function isoTime(text: string): number | undefined {
  if (text.length < 10 || text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH || !ISO.test(text))
    return undefined;
  return sqlTime(parseTime(text));
}
