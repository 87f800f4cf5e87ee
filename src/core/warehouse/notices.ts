import * as z from "zod";

/** What mapping events can have to say. `lost`: what was sent is not in the tables, or not as exactly as it was sent. */
const CODES = {
  TYPE_MISMATCH: { lost: true, text: "did not fit the column's type and are NULL" },
  DECIMALS_CUT: { lost: true, text: "were stored less exactly: the column's type has no room for their last digits" },
  TABLE_LIMIT: { lost: true, text: "are in tracks only: the source has as many tables as it may have" },
  COLUMN_LIMIT: { lost: false, text: "are in _overflow: the table has as many columns as it may have" },
  VALUE_COLLISION: { lost: false, text: "are in _overflow: another key of the same event has this column's name" },
  NAME_COLLISION: { lost: false, text: "share the table with events whose name is spelt differently" },
  NAME_EMPTY: { lost: false, text: "have a name without Latin letters or digits: it was replaced by a code" },
  NAME_RESERVED: { lost: false, text: "are under a name with _ before it: the plain name is one of the table's own" },
  FIELD_NOT_STORED: { lost: false, text: "events had a top-level field that warehouse tables do not have" },
  EXCLUDED: { lost: false, text: "were left out by the source's export settings" },
  OPTED_OUT: { lost: false, text: "events were left out by their own integrations object" },
  EVENT_UNREADABLE: { lost: true, text: "events have no type, messageId or receivedAt" },
} as const;

export const NoticeCode = z.enum(Object.keys(CODES) as [keyof typeof CODES, ...(keyof typeof CODES)[]]);
export type NoticeCode = z.infer<typeof NoticeCode>;

/** `table` is empty for what concerns no table. `text` is a sentence to show; `example` the first such value, as JSON. */
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
