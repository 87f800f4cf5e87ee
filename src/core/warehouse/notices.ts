import * as z from "zod";
import { stringifyBounded } from "../sanitise.ts";

/** What mapping events can have to say. `lost`: what was sent is not in the tables, or less exactly than it was sent. */
const CODES = {
  TYPE_MISMATCH: { lost: true, text: "Values that do not fit the column's type are NULL." },
  DECIMALS_CUT: { lost: true, text: "Digits that the column's type has no room for were cut off." },
  TEXT_CUT: {
    lost: true,
    text: "Texts longer than users and accounts have room for were cut there; identifies and groups have them whole.",
  },
  TABLE_LIMIT: { lost: true, text: "The source has as many tables as it may have: these events are in tracks only." },
  NEW_TABLE_LIMIT: {
    lost: true,
    text: "The hour has more new event names than may get a table at once: these events are in tracks only. A later hour may bring the table; exporting this hour again then fills it.",
  },
  COLUMN_LIMIT: { lost: false, text: "The table has as many columns as it may have: these values are in _overflow." },
  VALUE_COLLISION: {
    lost: false,
    text: "Two keys of one event have this column's name: the second value is in _overflow.",
  },
  NAME_COLLISION: {
    lost: false,
    text: "Events whose name is spelt differently share the table; event_text tells them apart.",
  },
  NAME_EMPTY: { lost: false, text: "A name without Latin letters or digits was replaced by a code." },
  NAME_RESERVED: { lost: false, text: "A key with the name of one of the model's own columns got a _ before it." },
  FIELD_NOT_STORED: { lost: false, text: "Events have a top-level field that warehouse tables do not have." },
  EXCLUDED: { lost: false, text: "Left out, as the source's export settings say." },
  OPTED_OUT: { lost: false, text: "Events left out because their integrations object says Warehouses: {all: false}." },
  NUL_REPLACED: { lost: true, text: "PostgreSQL stores no NUL character: U+FFFD stands in its place." },
  ID_TOO_LONG: { lost: true, text: "PostgreSQL cannot index ids of more than 2,500 bytes: these rows are left out." },
  EVENT_UNREADABLE: {
    lost: true,
    text: "Events without a usable type, name, messageId or receivedAt are in no table.",
  },
} as const;

const NoticeCode = z.enum(Object.keys(CODES) as [keyof typeof CODES, ...(keyof typeof CODES)[]]);
export type NoticeCode = z.infer<typeof NoticeCode>;

/**
 * `table` is empty for what concerns no table. `count` values, or events where the code speaks of events. `example`: the
 * first such value as JSON, or the name that was replaced, at most 100 characters. `text`: a sentence to show.
 */
export const Notice = z.object({
  code: NoticeCode,
  table: z.string(),
  column: z.string().optional(),
  count: z.number(),
  lost: z.boolean(),
  example: z.string().optional(),
  text: z.string(),
});
export type Notice = z.infer<typeof Notice>;

/** Names come from clients: beyond `byColumn` entries notices are counted by table, beyond `byTable` by code alone. */
const LIMITS = { byColumn: 400, byTable: 500, exampleChars: 100 } as const;

function shorten(example: unknown): string {
  const text = stringifyBounded(example).slice(0, LIMITS.exampleChars);
  return text.isWellFormed() ? text : text.slice(0, -1);
}

/** Counts what mapping has to say, by code, table and column; bounded. */
export class Notices {
  readonly #entries = new Map<string, Notice>();

  /** @param known what `toList` gave before: counting goes on from there. */
  constructor(known: readonly Notice[] = []) {
    for (const notice of known) this.#entries.set(keyOf(notice.code, notice.table, notice.column), { ...notice });
  }

  /** @param table empty for what concerns none. */
  count(code: NoticeCode, table: string, column?: string, example?: unknown, times = 1): void {
    const entry = this.#entries.get(keyOf(code, table, column)) ?? this.#enter(code, table, column, example);
    entry.count += times;
  }

  toList(): Notice[] {
    return [...this.#entries.values()].map((notice) => ({ ...notice }));
  }

  #enter(code: NoticeCode, table: string, column: string | undefined, example: unknown): Notice {
    const full = this.#entries.size;
    if (full >= LIMITS.byColumn && column !== undefined) return this.#folded(code, table, example);
    if (full >= LIMITS.byTable && table !== "") return this.#folded(code, "", example);
    const notice: Notice = {
      code,
      table,
      ...(column === undefined ? {} : { column }),
      count: 0,
      ...CODES[code],
      ...(example === undefined ? {} : { example: shorten(example) }),
    };
    this.#entries.set(keyOf(code, table, column), notice);
    return notice;
  }

  #folded(code: NoticeCode, table: string, example: unknown): Notice {
    return this.#entries.get(keyOf(code, table, undefined)) ?? this.#enter(code, table, undefined, example);
  }
}

const keyOf = (code: NoticeCode, table: string, column: string | undefined): string =>
  `${code}\n${table}\n${column ?? ""}`;
