const HOUR = 3_600_000;

/** Which hours the list shows; `ms` undefined: all. */
export const HOUR_RANGES = [
  { id: "24h", label: "24 h", ms: 24 * HOUR },
  { id: "7d", label: "7 d", ms: 7 * 24 * HOUR },
  { id: "30d", label: "30 d", ms: 30 * 24 * HOUR },
  { id: "all", label: "All", ms: undefined },
] as const;
export type HourRangeId = (typeof HOUR_RANGES)[number]["id"];

const USUAL = HOUR_RANGES[1];

/** A range by its id in the address; a week for anything else. */
export const hourRangeOf = (id: string | undefined): (typeof HOUR_RANGES)[number] =>
  HOUR_RANGES.find((range) => range.id === id) ?? USUAL;

/** The first hour that a range shows, ISO-8601; the same for a whole hour of asking. */
export function rangeStart(id: HourRangeId, now: number): string | undefined {
  const { ms } = hourRangeOf(id);
  return ms === undefined ? undefined : new Date(Math.floor(now / HOUR) * HOUR - ms).toISOString();
}

/** "2026-11-22 14:00": how the hour's folder is called, in UTC. */
export const hourText = (at: string | number): string => {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? "unknown hour" : date.toISOString().slice(0, 16).replace("T", " ");
};

/** The text of a date-and-time field (`2026-11-22T14:00`), meant as UTC, as ms; undefined when it is none. */
export function fieldTime(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text)) return undefined;
  const at = Date.parse(`${text.slice(0, 16)}:00.000Z`);
  return Number.isNaN(at) ? undefined : at;
}

export const fieldText = (at: number): string => new Date(at).toISOString().slice(0, 16);

/** What is wrong with a window of hours to make again; undefined when nothing is. */
export function windowProblem(from: number | undefined, to: number | undefined): string | undefined {
  if (from === undefined || to === undefined) return "Name both times.";
  return from < to ? undefined : "The end has to be after the start.";
}
