import { isEventType, type EventType } from "../event.ts";
import { isAbsent, isJsonObject, type JsonObject } from "../json.ts";
import { clockSkew, parseTime } from "../timestamps.ts";
import { unknownFields, wantsWarehouse } from "./event-fields.ts";
import type { Leaf } from "./flatten.ts";
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
  /** Columns whose date the client wrote in a way nobody can read, and what it wrote. */
  readonly unreadable: readonly (readonly [column: string, value: unknown])[];
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

const time = (ms: number | undefined): Date | null => (ms === undefined ? null : new Date(ms));

/** The values of one of the event's own objects. */
export function ownLeaves({ event, tables }: Call, field: "properties" | "traits"): readonly Leaf[] {
  const value = event[field];
  return isJsonObject(value) ? tables.flattener.leaves(value, "own") : [];
}

/**
 * Reads what every row of the event needs, and counts what no row will tell. `undefined`: the event is in no table.
 * `sent_at` is corrected by the sender's clock skew, as Segment's connector does it (storage.md §3.1).
 */
export function openCall(event: JsonObject, into: MapInto): Call | undefined {
  const { notices, processedAt } = into;
  const { type, context } = event;
  const messageId = filled(event["messageId"]);
  const receivedAt = parseTime(event["receivedAt"]);
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
  const sent = parseTime(event["sentAt"]);
  const original = parseTime(event["originalTimestamp"]);
  const common: FixedCell[] = [
    ["id", messageId],
    ["received_at", new Date(receivedAt)],
    ["user_id", filled(event["userId"])],
    ["anonymous_id", filled(event["anonymousId"])],
    ["timestamp", time(parseTime(event["timestamp"]))],
    ["sent_at", time(sent === undefined ? undefined : sent - clockSkew(event["sentAt"], receivedAt))],
    ["original_timestamp", time(original)],
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
    unreadable: unreadableTimes(event, sent, original),
  };
}

const NONE: Call["unreadable"] = [];

function unreadableTimes(event: JsonObject, sent: number | undefined, original: number | undefined) {
  if (sent !== undefined && original !== undefined) return NONE;
  const times = [
    ["sent_at", event["sentAt"], sent],
    ["original_timestamp", event["originalTimestamp"], original],
  ] as const;
  return times.flatMap(([column, value, ms]) =>
    ms === undefined && !isAbsent(value) && value !== "" ? [[column, value] as const] : [],
  );
}
