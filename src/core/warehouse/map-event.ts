import type { JsonObject } from "../json.ts";
import { filled, openCall, ownLeaves, type Call, type MapInto } from "./call.ts";
import type { Leaf } from "./flatten.ts";
import { RowBuilder, type FixedCell } from "./row-builder.ts";
import type { MappedRow, TableKind } from "./schema.ts";
import type { TableSlots } from "./table-slots.ts";

/**
 * The warehouse rows of one stored event (storage.md §3.1–3.3): a track is in `tracks` and in its event's table, an
 * identify in `identifies` and, with a user's id, in `users`; a group likewise. New tables and columns are added to the
 * registry. Rows of `users` and `accounts` hold only what this call says: whoever reads them merges them, the latest
 * value of each column wins.
 */
export function mapEvent(event: JsonObject, into: MapInto): MappedRow[] {
  const call = openCall(event, into);
  return call === undefined ? [] : rowsOf(call);
}

function callRow(
  call: Call,
  table: TableSlots | "excluded",
  name: string,
  fixed: readonly FixedCell[],
  own: readonly Leaf[],
): MappedRow[] {
  const { notices, messageId, receivedAt } = call;
  if (table === "excluded") {
    notices.count("EXCLUDED", name);
    return [];
  }
  for (const { column, value } of call.unreadable) notices.count("TYPE_MISMATCH", name, column, value);
  const row = new RowBuilder(table, notices).fix(call.common).fix(fixed);
  return [row.put(call.context, "context").put(own, "own").finish(messageId, messageId, receivedAt)];
}

function rowIn(call: Call, kind: Exclude<TableKind, "event">, fixed: readonly FixedCell[], own: readonly Leaf[]) {
  return callRow(call, call.tables.fixed(kind), kind, fixed, own);
}

function trackRows(call: Call): MappedRow[] {
  const raw = String(call.event["event"]);
  const { name, nameless, shared, table } = call.tables.event(raw);
  if (nameless) call.notices.count("NAME_EMPTY", name, undefined, raw);
  if (shared) call.notices.count("NAME_COLLISION", name, undefined, raw);
  const fixed: FixedCell[] = [
    ["event", name],
    ["event_text", raw],
  ];
  const tracks = rowIn(call, "tracks", fixed, []);
  if (table === "TABLE_LIMIT" || table === "NEW_TABLE_LIMIT") {
    call.notices.count(table, "tracks", undefined, raw);
    return tracks;
  }
  return [...tracks, ...callRow(call, table, name, fixed, ownLeaves(call, "properties"))];
}

function pageRows(call: Call, kind: "pages" | "screens"): MappedRow[] {
  const { name, category } = call.event;
  const fixed: FixedCell[] = [
    ["name", filled(name)],
    ["category", filled(category)],
  ];
  return rowIn(call, kind, fixed, ownLeaves(call, "properties"));
}

/** The row that is merged into what is known of one user or group: only what this call says, nothing about the call. */
function latestRow(call: Call, kind: "users" | "accounts", id: string | null, traits: readonly Leaf[]): MappedRow[] {
  if (id === null) return [];
  const { tables, notices, messageId, receivedAt } = call;
  const table = tables.fixed(kind);
  if (table === "excluded") {
    notices.count("EXCLUDED", kind);
    return [];
  }
  const fixed: FixedCell[] = [
    ["id", id],
    ["received_at", new Date(receivedAt)],
  ];
  return [new RowBuilder(table, notices).fix(fixed).put(traits, "own").finish(id, messageId, receivedAt)];
}

function identifyRows(call: Call): MappedRow[] {
  const traits = ownLeaves(call, "traits");
  return [...rowIn(call, "identifies", [], traits), ...latestRow(call, "users", filled(call.event["userId"]), traits)];
}

function groupRows(call: Call): MappedRow[] {
  const traits = ownLeaves(call, "traits");
  const id = filled(call.event["groupId"]);
  return [...rowIn(call, "groups", [["group_id", id]], traits), ...latestRow(call, "accounts", id, traits)];
}

function rowsOf(call: Call): MappedRow[] {
  switch (call.type) {
    case "track":
      return trackRows(call);
    case "identify":
      return identifyRows(call);
    case "group":
      return groupRows(call);
    case "page":
      return pageRows(call, "pages");
    case "screen":
      return pageRows(call, "screens");
    case "alias":
      return rowIn(call, "aliases", [["previous_id", filled(call.event["previousId"])]], ownLeaves(call, "traits"));
  }
}
