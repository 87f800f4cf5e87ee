import { isEventType, type EventType } from "../event.ts";
import { isAbsent, isJsonObject, type JsonObject } from "../json.ts";
import { clockSkew, parseTime } from "../timestamps.ts";
import { unknownFields, wantsWarehouse } from "./event-fields.ts";
import type { Leaf } from "./flatten.ts";
import { sqlTime } from "./iso-time.ts";
import type { Notices } from "./notices.ts";
import type { Registry } from "./registry.ts";
import type { FixedCell } from "./row-builder.ts";
import type { ExportRules } from "./schema.ts";
import { TableSet } from "./table-set.ts";

/** What events are mapped into. `processedAt`: `uuid_ts` of all rows, ms since epoch. */
export interface MapInto {
  readonly registry: Registry;
  /** The same object for all events of a run: what was learnt of names holds for one. */
  readonly rules: ExportRules;
  readonly notices: Notices;
  readonly processedAt: number;
}

/** One event under way, with what all its rows have in common. */
export interface Call {
  readonly event: JsonObject;
  readonly type: EventType;
  readonly messageId: string;
  readonly receivedAt: number;
  readonly tables: TableSet;
  readonly notices: Notices;
  readonly context: readonly Leaf[];
  readonly common: readonly FixedCell[];
  /** Times without a cell, though the event says something there. */
  readonly unreadable: readonly ClientTime[];
}

const SETS = new WeakMap<Registry, TableSet>();

function tableSet({ registry, rules }: MapInto): TableSet {
  const known = SETS.get(registry);
  if (known !== undefined && known.rules === rules) return known;
  const made = new TableSet(registry, rules);
  SETS.set(registry, made);
  return made;
}

/** A text that says something; `""` means nobody, as `null` does. */
export const filled = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

/** The values of one of the event's own objects. */
export function ownLeaves({ event, tables }: Call, field: "properties" | "traits"): readonly Leaf[] {
  const value = event[field];
  return isJsonObject(value) ? tables.flattener.leaves(value, "own") : [];
}

/**
 * Reads what every row of the event needs, and counts what no row will tell. `undefined`: the event is in no table.
 */
export function openCall(event: JsonObject, into: MapInto): Call | undefined {
  const { notices, processedAt } = into;
  const { type, context } = event;
  const messageId = filled(event["messageId"]);
  const receivedAt = sqlTime(parseTime(event["receivedAt"]));
  const isNamed = type !== "track" || filled(event["event"]) !== null;
  if (!isEventType(type) || messageId === null || receivedAt === undefined || !isNamed) {
    notices.count("EVENT_UNREADABLE", "", undefined, messageId ?? undefined);
    return undefined;
  }
  if (!wantsWarehouse(event)) {
    notices.count("OPTED_OUT", "");
    return undefined;
  }
  for (const field of unknownFields(event, type))
    notices.count("FIELD_NOT_STORED", "", field.slice(0, 60), event[field]);
  const tables = tableSet(into);
  const times = timesOf(event, receivedAt);
  const common: FixedCell[] = [
    ["id", messageId],
    ["received_at", new Date(receivedAt)],
    ["user_id", filled(event["userId"])],
    ["anonymous_id", filled(event["anonymousId"])],
    ...times.map(({ column, ms }) => [column, ms === undefined ? null : new Date(ms)] as const),
    ["uuid_ts", new Date(processedAt)],
  ];
  return {
    event,
    type,
    messageId,
    receivedAt,
    tables,
    notices,
    context: isJsonObject(context) ? tables.flattener.leaves(context, "context") : [],
    common,
    unreadable: times.every(({ ms }) => ms !== undefined) ? NONE : times.filter(isUnreadable),
  };
}

/** A time of the client's, or worked out from one. `ms`: undefined when nobody can read it, or no warehouse has it. */
interface ClientTime {
  readonly column: string;
  readonly value: unknown;
  readonly ms: number | undefined;
}

const NONE: Call["unreadable"] = [];

const isUnreadable = ({ value, ms }: ClientTime): boolean => ms === undefined && !isAbsent(value) && value !== "";

/** `sent_at` is corrected by the sender's clock skew, as Segment's connector does it (storage.md §3.1). */
function timesOf(event: JsonObject, receivedAt: number): ClientTime[] {
  const { timestamp, sentAt, originalTimestamp } = event;
  const sent = parseTime(sentAt);
  const corrected = sent === undefined ? undefined : sent - clockSkew(sentAt, receivedAt);
  return [
    { column: "timestamp", value: timestamp, ms: sqlTime(parseTime(timestamp)) },
    { column: "sent_at", value: sentAt, ms: sqlTime(corrected) },
    { column: "original_timestamp", value: originalTimestamp, ms: sqlTime(parseTime(originalTimestamp)) },
  ];
}
