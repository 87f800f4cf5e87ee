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

/** What `Date.prototype.toISOString` writes for the years 0 to 9999; the engine reads all of it in one way. */
const CANONICAL = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/** `undefined` for dates that do not exist: the engine would turn 30 February into 2 March. */
function parseCanonical(text: string): number | undefined {
  if (!CANONICAL.test(text)) return undefined;
  const ms = Date.parse(text);
  // Looked at instead of writing the date out again, which costs twice as much as all the rest.
  return new Date(ms).getUTCDate() === Number(text.slice(8, 10)) ? ms : undefined;
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
