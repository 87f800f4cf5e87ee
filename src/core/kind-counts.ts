import { EVENT_KINDS, type EventKind } from "./event-kind.ts";

/** What is counted by kind of event: of a source `accepted`, `refused`; of a destination the others. */
export type KindMetric = "accepted" | "refused" | "delivered" | "retry" | "abandoned" | "dropped";

/** Something that happened to events of one kind; what does not apply is absent. */
export interface TalliedKind extends Partial<EventKind> {
  readonly metric: KindMetric;
  readonly subscriptionId?: string;
  readonly reason?: string;
  readonly sourceId?: string;
  readonly count: number;
}

/** One line of an hour's table. `minutes`: minute of the hour → count; empty once minutes are not asked for any more. */
export interface KindEntry extends TalliedKind {
  readonly minutes: Readonly<Record<number, number>>;
}

/**
 * Entries of one hour. Names and versions come from clients: when the table is full, what is new is first counted
 * without its name, then without its version, at last without its reason, subscription and source; so totals stay
 * exact and the row stays small: at most `full` entries, and a few for each type.
 */
export const KIND_LIMITS = { foldNames: 300, foldVersions: 350, full: 400 } as const;
const OTHER = EVENT_KINDS.otherName;
/** The types of Segment's calls; whatever else a line says its type is, is one more. */
const TYPES = new Set(["identify", "track", "page", "screen", "group", "alias"]);

const FIELDS = ["metric", "type", "name", "appVersion", "subscriptionId", "reason", "sourceId"] as const;
type Named = Omit<TalliedKind, "count">;

const keyOf = (tally: Named): string => JSON.stringify(FIELDS.map((field) => tally[field] ?? null));

/** Folds one step further each time until the table takes it. */
function place(table: ReadonlyMap<string, KindEntry>, tally: Named): Named {
  if (table.has(keyOf(tally)) || table.size < KIND_LIMITS.foldNames) return tally;
  const nameless = tally.name === undefined ? tally : { ...tally, name: OTHER };
  if (table.has(keyOf(nameless)) || table.size < KIND_LIMITS.foldVersions) return nameless;
  const bare = nameless.appVersion === undefined ? nameless : { ...nameless, appVersion: OTHER };
  if (table.has(keyOf(bare)) || table.size < KIND_LIMITS.full) return bare;
  const { metric, type, reason } = tally;
  return {
    metric,
    ...(type === undefined ? {} : { type: TYPES.has(type) ? type : OTHER, name: OTHER }),
    ...(reason === undefined ? {} : { reason: OTHER }),
  };
}

/** Adds to one minute (0 to 59) of an hour. */
export function addKinds(entries: readonly KindEntry[], minute: number, tallies: readonly TalliedKind[]): KindEntry[] {
  const table = new Map(entries.map((entry) => [keyOf(entry), entry]));
  for (const { count, ...tally } of tallies) {
    if (!(count > 0)) continue;
    const placed = place(table, tally);
    const key = keyOf(placed);
    const known = table.get(key) ?? { ...placed, count: 0, minutes: {} };
    const minutes = { ...known.minutes, [minute]: (known.minutes[minute] ?? 0) + count };
    table.set(key, { ...known, count: known.count + count, minutes });
  }
  return [...table.values()];
}

export const withoutMinutes = (entries: readonly KindEntry[]): KindEntry[] =>
  entries.map((entry) => ({ ...entry, minutes: {} }));

/** As JSON: `[metric, type, name, appVersion, subscriptionId, reason, sourceId, count, minute, count, minute, …]`. */
export function writeKinds(entries: readonly KindEntry[]): string {
  return JSON.stringify(
    entries.map((entry) => [
      ...FIELDS.map((field) => entry[field] ?? null),
      entry.count,
      ...Object.entries(entry.minutes).flatMap(([minute, count]) => [Number(minute), count]),
    ]),
  );
}

/** The opposite of writeKinds. */
export function readKinds(text: string): KindEntry[] {
  const rows = JSON.parse(text) as (string | number | null)[][];
  return rows.map((row) => {
    const named = FIELDS.flatMap((field, i) => (row[i] === null ? [] : [[field, row[i]]]));
    const minutes: Record<number, number> = {};
    for (let i = FIELDS.length + 1; i + 1 < row.length; i += 2) minutes[Number(row[i])] = Number(row[i + 1]);
    return { ...(Object.fromEntries(named) as Named), count: Number(row[FIELDS.length]), minutes };
  });
}
