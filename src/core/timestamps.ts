/**
 * Differences between a client's clock and ours (ms) up to this size are left alone. `sentAt − receivedAt` is the
 * clock's error *plus* the time the request was under way, and the two cannot be told apart. A synchronised device
 * is off by well under a second while a mobile request takes seconds: "correcting" that would shift every event by
 * its own transit time and put events of one user out of order. Beyond it, the clock is wrong.
 */
export const CLOCK_DEAD_BAND_MS = 5000;

/** The years ISO-8601 writes with four digits, in ms since epoch. */
const FIRST_MS = Date.parse("0000-01-01T00:00:00.000Z");
const LAST_MS = Date.parse("9999-12-31T23:59:59.999Z");

const ISO = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d{1,12}))?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i;

const canonical = (day: string, minute: string, second: string, fraction: string): string =>
  `${day}T${minute}:${second}.${fraction.slice(0, 3).padEnd(3, "0")}Z`;

/** Minutes east of UTC; `undefined` for more than a day. */
function zoneMinutes(zone: string): number | undefined {
  if (zone === "" || zone.toUpperCase() === "Z") return 0;
  const digits = zone.slice(1).replace(":", "").padEnd(4, "0");
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  if (minutes > 24 * 60) return undefined;
  return zone.startsWith("-") ? -minutes : minutes;
}

const digit = (text: string, at: number): number => {
  const value = text.charCodeAt(at) - 48;
  return value >= 0 && value <= 9 ? value : Number.NaN;
};
const twoDigits = (text: string, at: number): number => digit(text, at) * 10 + digit(text, at + 1);

const isPunctuated = (text: string): boolean =>
  text.length === 24 &&
  text[4] === "-" &&
  text[7] === "-" &&
  text[10] === "T" &&
  text[13] === ":" &&
  text[16] === ":" &&
  text[19] === "." &&
  text[23] === "Z";

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

const daysIn = (year: number, month: number): number =>
  month === 2 ? (isLeap(year) ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;

/** Days from 1970-01-01 to a date of the Gregorian calendar: 146,097 in 400 years, each of which begins in March. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const counted = month <= 2 ? year - 1 : year;
  const era = Math.floor(counted / 400);
  const yearOfEra = counted - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  return (
    era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
  );
}

/**
 * What `Date.prototype.toISOString` writes for the years 0 to 9999, as ms since epoch; `undefined` for anything else, also
 * for dates that do not exist (the engine would turn 30 February into 2 March). By hand, because every event has one or
 * two: an expression and the engine's own reading of dates took a fifth of all the work on a small event.
 */
function parseCanonical(text: string): number | undefined {
  if (!isPunctuated(text)) return undefined;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  const ms = digit(text, 20) * 100 + twoDigits(text, 21);
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return undefined;
  if (!(hour <= 23 && minute <= 59 && second <= 59)) return undefined;
  const days = daysSinceEpoch(year, month, day);
  const time = days * 86_400_000 + hour * 3_600_000 + minute * 60_000 + second * 1000 + ms;
  return Number.isNaN(time) ? undefined : time;
}

function parseText(text: string): number | undefined {
  const match = ISO.exec(text.trim());
  if (match === null) return undefined;
  const [, day = "", minute = "00:00", second = "00", fraction = "", zone = ""] = match;
  const local = parseCanonical(canonical(day, minute, second, fraction));
  const offset = zoneMinutes(zone);
  return local === undefined || offset === undefined ? undefined : local - offset * 60_000;
}

/**
 * A client's date as ms since epoch: ISO-8601 (without a zone it is UTC), or a number of ms since epoch; numbers
 * too small for ms after 1973 are seconds, as old PHP and Ruby clients send them. `undefined` for anything else:
 * `Date.parse` alone would read "1" as a year and depend on the machine's zone.
 */
export function parseTime(value: unknown): number | undefined {
  if (typeof value === "string") {
    return value.length === 24
      ? (parseCanonical(value) ?? parseText(value))
      : value.length > 40
        ? undefined
        : parseText(value);
  }
  if (typeof value !== "number" || !Number.isFinite(value) || value < 0) return undefined;
  const ms = Math.round(value < 1e11 ? value * 1000 : value);
  return ms <= LAST_MS ? ms : undefined;
}

/** How far (ms) the sender's clock is ahead of ours: 0 within the dead band, or when `sentAt` says nothing. */
export function clockSkew(sentAt: unknown, receivedAt: number): number {
  const sent = parseTime(sentAt);
  if (sent === undefined) return 0;
  const skew = sent - receivedAt;
  return Math.abs(skew) <= CLOCK_DEAD_BAND_MS ? 0 : skew;
}

/** When a request arrived, in both forms. */
export interface Received {
  readonly ms: number;
  readonly iso: string;
}

/**
 * The event's `timestamp` by our clock (ingest.md §1.11): `receivedAt − (sentAt − original)`, that is, the
 * client's time less its clock's skew. A missing or unreadable date, and one that would lie in the future (beyond
 * the dead band), becomes `receivedAt`; the client's own value stays in originalTimestamp.
 */
export function eventTime(original: unknown, skew: number, received: Received): string {
  const parsed = parseTime(original);
  if (parsed === undefined) return received.iso;
  const ms = parsed - skew;
  if (ms > received.ms + CLOCK_DEAD_BAND_MS || ms < FIRST_MS) return received.iso;
  return skew === 0 && isCanonical(original) ? original : new Date(ms).toISOString();
}

/** 24 characters that parseTime read with a Z at the end can only be `YYYY-MM-DDTHH:mm:ss.sssZ`. */
const isCanonical = (value: unknown): value is string =>
  typeof value === "string" && value.length === 24 && value[10] === "T" && value[19] === "." && value.endsWith("Z");
