import { nameHash } from "./name-hash.ts";
import { isReservedWord } from "./reserved-words.ts";
import type { TableKind } from "./schema.ts";
import { snakeCase } from "./snake-case.ts";

/** Bytes of an identifier in PostgreSQL, the shortest limit of all; names here are ASCII. */
const NAME_CHARS = 63;
const HASH_CHARS = 12;

/** Tables of the model itself: an event called "Users" must not mix with `users`. */
const FIXED_TABLES: Readonly<Record<Exclude<TableKind, "event">, true>> = {
  tracks: true,
  identifies: true,
  users: true,
  pages: true,
  screens: true,
  groups: true,
  accounts: true,
  aliases: true,
};

/** Names that databases keep for themselves. */
const FIXED_SCHEMAS: ReadonlySet<string> = new Set([
  "information_schema",
  "public",
  "main",
  "temp",
  "system",
  "default",
]);

/** A longer name keeps its beginning and gets the hash of the whole, so that two long ones stay two. */
const cut = (name: string): string =>
  name.length <= NAME_CHARS
    ? name
    : `${name.slice(0, NAME_CHARS - HASH_CHARS - 1).replace(/_$/, "")}_${nameHash(name)}`;

const startsWithDigit = (name: string): boolean => name.charCodeAt(0) <= 0x39;

const prefixed = (name: string, taken: boolean): string =>
  cut(taken || startsWithDigit(name) || isReservedWord(name) ? `_${name}` : name);

/**
 * One part of a name in snake case, at most 63 characters. A text without ASCII letters and digits has none by
 * Segment's rule, which says nothing of what then; here it gets a code of its own that depends on nothing else.
 */
export const wordsOf = (text: string, otherwise: "event" | "column" | "source"): string =>
  cut(snakeCase(text) || `${otherwise}_${nameHash(text)}`);

/** Whether a name had to be replaced by a code. */
export const isNameless = (text: string): boolean => snakeCase(text) === "";

/** The table of a track event: `Order Completed` → `order_completed`, `2FA Enabled` → `_2fa_enabled`, `Users` → `_users`. */
export function eventTable(event: string): string {
  const words = wordsOf(event, "event");
  return prefixed(words, Object.hasOwn(FIXED_TABLES, words));
}

/** The schema of a source, from its slug: `my-shop` → `my_shop`. */
export function schemaName(slug: string): string {
  const words = wordsOf(slug, "source");
  return prefixed(words, FIXED_SCHEMAS.has(words) || words.startsWith("pg_"));
}

/**
 * The column of a value at a path of words (`address_street`). `taken`: the plain name is one of the table's own.
 */
export const columnName = (path: string, taken: boolean): string => prefixed(path, taken);
