const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "0.3 s ago", "12 s ago", "4 min ago", "3 h ago", "2 d ago"; "just now" for clocks that disagree. Both in ms. */
export function relativeTime(at: number, now: number): string {
  const age = now - at;
  if (age < 100) return "just now";
  if (age < 10 * SECOND) return `${(age / SECOND).toFixed(1)} s ago`;
  return `${lasting(at, now)} ago`;
}

/** How long something has lasted: "0 s", "12 s", "4 min", "3 h", "2 d". Both in ms. */
export function lasting(at: number, now: number): string {
  const age = Math.max(0, now - at);
  if (age < MINUTE) return `${Math.floor(age / SECOND)} s`;
  if (age < HOUR) return `${Math.floor(age / MINUTE)} min`;
  if (age < DAY) return `${Math.floor(age / HOUR)} h`;
  return `${Math.floor(age / DAY)} d`;
}

/** "in 40 s", "in 3 h", "in 2 d"; "any moment now" once it is due. Both in ms. */
export function timeUntil(at: number, now: number): string {
  const left = at - now;
  if (left < SECOND) return "any moment now";
  if (left < MINUTE) return `in ${Math.ceil(left / SECOND)} s`;
  if (left < HOUR) return `in ${Math.ceil(left / MINUTE)} min`;
  if (left < 2 * DAY) return `in ${Math.round(left / HOUR)} h`;
  return `in ${Math.round(left / DAY)} d`;
}

const local = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });

/** The absolute readings of an instant, local first; what hovering a relative time shows. One where they are the same. */
export function absoluteTime(at: number): string {
  if (!isInstant(at)) return "unknown time";
  const utc = new Date(at).toISOString().replace("T", " ").replace("Z", " UTC");
  return new Date(at).getTimezoneOffset() === 0 ? utc : `${local.format(at)} · ${utc}`;
}

/** Time of day with milliseconds, local: the debugger's column. */
export function clockTime(at: number): string {
  if (!isInstant(at)) return "?";
  const date = new Date(at);
  const two = (n: number): string => String(n).padStart(2, "0");
  const millis = String(date.getMilliseconds()).padStart(3, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${millis}`;
}

/** A length of time with the largest unit that divides it: 86400000 → "1 day", 90000 → "90 seconds". */
export function duration(ms: number): string {
  for (const [unit, size] of [
    ["day", DAY],
    ["hour", HOUR],
    ["minute", MINUTE],
    ["second", SECOND],
  ] as const) {
    if (ms >= size && ms % size === 0) return plural(ms / size, unit);
  }
  return `${ms} ms`;
}

/** How long something took, with a fitting unit: "< 0.1 s", "0.8 s", "12 s", "4.5 min", "3.2 h". In ms. */
export function elapsed(ms: number): string {
  if (ms < 100) return "< 0.1 s";
  for (const [unit, size, next] of [
    ["s", SECOND, MINUTE],
    ["min", MINUTE, HOUR],
    ["h", HOUR, DAY],
  ] as const) {
    if (ms < next) return `${short(ms / size)} ${unit}`;
  }
  return `${short(ms / DAY)} d`;
}

/** One decimal below ten, none above; cut off, so that 59.9 s never reads 60 s. */
const short = (n: number): string => String(n < 10 ? Math.floor(n * 10) / 10 : Math.floor(n));

const grouped = new Intl.NumberFormat("en-US");

/** 1234567 → "1,234,567". */
export const count = (n: number): string => grouped.format(n);

/** `1 event`, `1,200 events`; `nouns` where the plural is not made with an s. */
export const plural = (n: number, noun: string, nouns = `${noun}s`): string => `${count(n)} ${n === 1 ? noun : nouns}`;

/**
 * A share in percent, not to be broken before its sign: never "0 %" for something that happened, never "100 %" for
 * something incomplete.
 */
export function share(part: number, whole: number): string {
  if (whole <= 0 || part <= 0) return "0\u00a0%";
  const percent = (part / whole) * 100;
  if (percent < 0.1) return "< 0.1\u00a0%";
  if (part < whole && percent > 99.9) return "> 99.9\u00a0%";
  return `${percent >= 10 ? Math.round(percent) : percent.toFixed(1)}\u00a0%`;
}

const isInstant = (at: number): boolean => Number.isFinite(at) && Math.abs(at) <= 8.64e15;
