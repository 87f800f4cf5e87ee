import type {
  ColumnType,
  ExportHourState,
  ExportRun,
  ExportRunStatus,
  FollowerState,
  Notice,
  TableKind,
} from "../api/export-types.ts";
import { clip } from "./entry-text.ts";
import { plural } from "./times.ts";

export const RUN_WORDS: Readonly<Record<ExportRunStatus, string>> = {
  running: "under way",
  success: "success",
  partial: "partial",
  failed: "failed",
};

export const HOUR_WORDS: Readonly<Record<ExportHourState, string>> = {
  waiting: "waiting",
  running: "under way",
  failed: "failed",
  published: "published",
  empty: "empty",
};

/** What the rows of a table are. */
export const TABLE_KINDS: Readonly<Record<TableKind, string>> = {
  tracks: "every track call",
  event: "one event",
  identifies: "identify calls",
  users: "one row a user",
  pages: "page calls",
  screens: "screen calls",
  groups: "group calls",
  accounts: "one row a group",
  aliases: "alias calls",
};

/** Types in the order in which a choice shows them: the field's word, and what fits. */
export const COLUMN_TYPES: readonly (readonly [ColumnType, string])[] = [
  ["varchar", "varchar: any text"],
  ["float", "float: numbers with decimals"],
  ["integer", "integer: whole numbers"],
  ["boolean", "boolean: true or false"],
  ["timestamp", "timestamp: ISO-8601 times"],
];

const LOADER = "load:";

/** The warehouse that a target loads. */
export const warehouseOf = (target: string): string | undefined =>
  target.startsWith(LOADER) ? target.slice(LOADER.length) : undefined;

/** What a run filled, in words; `nameOf` knows the warehouses. */
export function targetWords(target: string, nameOf: (warehouseId: string) => string | undefined): string {
  if (target === "lake") return "Tables by the hour";
  if (target === "snapshot") return "Users and accounts";
  if (target === "iceberg") return "Iceberg tables";
  const id = warehouseOf(target);
  return id === undefined ? target : `Warehouse ${clip(nameOf(id) ?? "that is gone", 60)}`;
}

/** How a follower stands: a word, and whether it is a good one. */
export function followerWords({ behind, running, error }: FollowerState): {
  readonly text: string;
  readonly tone: "good" | "busy" | "bad";
} {
  if (error !== undefined) return { text: `failing, ${plural(behind, "hour")} behind`, tone: "bad" };
  if (running || behind > 0)
    return { text: behind > 0 ? `${plural(behind, "hour")} behind` : "under way", tone: "busy" };
  return { text: "up to date", tone: "good" };
}

/** `orders.total`, `orders`, or nothing where a notice concerns no table. */
export const placeOf = ({ table, column }: Pick<Notice, "table" | "column">): string =>
  column === undefined ? table : `${table}.${column}`;

const ADVICE: Partial<Record<Notice["code"], string>> = {
  TYPE_MISMATCH: "The first value decided the type. Give the column the type that fits most of its values, or varchar.",
  DECIMALS_CUT: "Give the column the type float to keep them.",
  TEXT_CUT: "Read the whole text from identifies or groups, or lower the number of columns in the settings.",
  COLUMN_LIMIT: "Raise the number of columns in the settings, or leave columns out.",
  TABLE_LIMIT:
    "Event names probably hold ids or times: send those as properties. Tables left out in the settings make room.",
  NEW_TABLE_LIMIT:
    "Event names that hold ids or times: send those as properties. If the names are right, export this hour again.",
  NAME_COLLISION: "Use one spelling where the event is sent.",
  EVENT_UNREADABLE: "Look for them in the debugger: the collector accepts what it cannot put into a table.",
};

/** What to do about a notice; undefined when it is as somebody wished. */
export const noticeAdvice = ({ code }: Pick<Notice, "code">): string | undefined => ADVICE[code];

const ERRORS: readonly (readonly [RegExp, string])[] = [
  [
    /does not hold all events of this hour any more/,
    "Nothing to do: the archive's retention has removed events of this hour, and the tables keep what they have.",
  ],
  [
    /segment .* is not in the archive/,
    "Somebody or a lifecycle rule of the bucket deleted it. The hour stays as it was published; restore the object, or leave it.",
  ],
  [/type of a column was changed/, "Nothing to do: the hour is made again with the new type."],
  [
    /^the run was lost/,
    "Nothing to do at first: it begins again. If it stays, look for the hour in the Worker's log: it may have run out of time or memory.",
  ],
  [/others keep committing/, "Something else writes to the Iceberg tables: only Inlet may."],
];

/** An error as a sentence: hostile text, cut to a length, with one full stop. */
export const errorSentence = (error: string, chars = 300): string => {
  const text = clip(error.trim(), chars);
  return text === "" || /[.!?…]$/.test(text) ? text : `${text}.`;
};

/** What to do about a run's error. */
export function errorAdvice({ target, error = "" }: Pick<ExportRun, "target" | "error">): string {
  const known = ERRORS.find(([pattern]) => pattern.test(error))?.[1];
  if (known !== undefined) return known;
  if (warehouseOf(target) !== undefined)
    return "It is tried again by itself. Test the warehouse's connection: address, user, rights and room.";
  return "It is tried again by itself, later each time, at most an hour. If it stays, look for the hour in the Worker's log.";
}

/** Of the runs, what the newest finished one of each hour has to say, added up by code, table and column. */
export function noticesOf(runs: readonly ExportRun[]): { readonly notices: readonly Notice[]; readonly hours: number } {
  const newest = new Map<string, ExportRun>();
  for (const run of runs) {
    const told = newest.get(run.hour);
    if (run.status !== "success" && run.status !== "partial") continue;
    if (told === undefined || run.version > told.version) newest.set(run.hour, run);
  }
  const sums = new Map<string, Notice>();
  for (const notice of [...newest.values()].flatMap(({ notices }) => notices)) {
    const key = `${notice.code} ${placeOf(notice)}`;
    const known = sums.get(key);
    sums.set(key, known === undefined ? notice : { ...known, count: known.count + notice.count });
  }
  return { notices: [...sums.values()].toSorted(byWeight), hours: newest.size };
}

/** What was lost before what was only noted, the most frequent first. */
export const byWeight = (a: Notice, b: Notice): number => Number(b.lost) - Number(a.lost) || b.count - a.count;

export interface NewColumns {
  readonly table: string;
  readonly columns: readonly string[];
  /** The table is new as well: its id is among them. */
  readonly isNew: boolean;
}

/** New columns (`table.column`) by table, new tables first. */
export function newColumnsOf(names: readonly string[]): readonly NewColumns[] {
  const tables = new Map<string, string[]>();
  for (const name of names) {
    const dot = name.indexOf(".");
    const table = name.slice(0, dot);
    tables.set(table, [...(tables.get(table) ?? []), name.slice(dot + 1)]);
  }
  return [...tables]
    .map(([table, columns]) => ({ table, columns, isNew: columns.includes("id") }))
    .toSorted((a, b) => Number(b.isNew) - Number(a.isNew));
}

/** "3 new tables, 12 new columns": those of a new table count with it. */
export function newWords(names: readonly string[]): string {
  const tables = newColumnsOf(names);
  const made = tables.filter(({ isNew }) => isNew).length;
  const columns = tables.filter(({ isNew }) => !isNew).reduce((sum, one) => sum + one.columns.length, 0);
  return [made > 0 ? plural(made, "new table") : "", columns > 0 ? plural(columns, "new column") : ""]
    .filter((part) => part !== "")
    .join(", ");
}

export interface NoticeGroup {
  readonly code: Notice["code"];
  readonly lost: boolean;
  readonly text: string;
  readonly count: number;
  /** The most frequent place first. */
  readonly notices: readonly Notice[];
}

/** Notices of one kind together: what was lost before what was only noted. */
export function noticeGroups(notices: readonly Notice[]): readonly NoticeGroup[] {
  const groups = Map.groupBy(notices, ({ code }) => code);
  return [...groups.values()]
    .map((group) => {
      const sorted = group.toSorted(byWeight);
      const { code, lost, text } = sorted[0]!;
      return { code, lost, text, count: sorted.reduce((sum, one) => sum + one.count, 0), notices: sorted };
    })
    .toSorted((a, b) => Number(b.lost) - Number(a.lost) || b.count - a.count);
}
