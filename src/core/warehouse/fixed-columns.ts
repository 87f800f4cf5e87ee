import type { Column, TableKind } from "./schema.ts";

const text = (name: string): Column => ({ name, type: "varchar", fixed: true });
const time = (name: string): Column => ({ name, type: "timestamp", fixed: true });

/** What every call's row has (storage.md §3.1). */
const COMMON: readonly Column[] = [
  text("id"),
  time("received_at"),
  text("user_id"),
  text("anonymous_id"),
  time("timestamp"),
  time("sent_at"),
  time("original_timestamp"),
  time("uuid_ts"),
];
const EVENT = [...COMMON, text("event"), text("event_text")];
const PAGE = [...COMMON, text("name"), text("category")];
/** One row an id, whoever wrote it last: it has no ids nor times of a single call but the last one's. */
const LATEST = [text("id"), time("received_at")];

/** The columns that the model itself gives each kind of table; a table has them from its first row on. */
export const FIXED_COLUMNS: Readonly<Record<TableKind, readonly Column[]>> = {
  tracks: EVENT,
  event: EVENT,
  identifies: COMMON,
  users: LATEST,
  pages: PAGE,
  screens: PAGE,
  groups: [...COMMON, text("group_id")],
  accounts: LATEST,
  aliases: [...COMMON, text("previous_id")],
};

/** `day` and `hr` are the partitions of the exported files' paths: engines show them as columns of every table. */
const TAKEN_EVERYWHERE = [...COMMON.map((column) => column.name), "day", "hr"];
const taken = (...more: string[]): ReadonlySet<string> => new Set([...TAKEN_EVERYWHERE, ...more]);

/**
 * Names that a key of properties or traits may not have. `users` and `accounts` refuse what `identifies` and `groups`
 * refuse, so that a trait is under one name in both. `name` and `category` of a page are open: analytics.js repeats
 * them in the properties.
 */
export const TAKEN_NAMES: Readonly<Record<TableKind, ReadonlySet<string>>> = {
  tracks: taken("event", "event_text"),
  event: taken("event", "event_text"),
  identifies: taken(),
  users: taken(),
  pages: taken(),
  screens: taken(),
  groups: taken("group_id"),
  accounts: taken("group_id"),
  aliases: taken("previous_id"),
};

/** Without these no reader can work: they are exported whatever the settings say (storage.md §3.1). */
export const ALWAYS_EXPORTED: ReadonlySet<string> = new Set(["id", "received_at"]);
