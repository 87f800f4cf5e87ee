import type { EventType } from "../event.ts";
import { isAbsent, isJsonObject, type JsonObject } from "../json.ts";

/**
 * Whether an event may be in warehouse tables: not when its `integrations` say `Warehouses: {all: false}` (storage.md
 * §3.4) or, to the same end, `Warehouses: false`. `All: false` alone says nothing about warehouses, and a list of
 * `warehouseIds` nothing about tables in the owner's own storage.
 */
export function wantsWarehouse(event: JsonObject): boolean {
  const integrations = event["integrations"];
  const warehouses = isJsonObject(integrations) ? integrations["Warehouses"] : undefined;
  return warehouses !== false && !(isJsonObject(warehouses) && warehouses["all"] === false);
}

/** Stored, or left to the archive by the model (storage.md §3.1: type, channel, version, projectId, …). */
const COMMON = [
  "type",
  "messageId",
  "userId",
  "anonymousId",
  "context",
  "integrations",
  "timestamp",
  "originalTimestamp",
  "sentAt",
  "receivedAt",
  "channel",
  "version",
  "projectId",
  "writeKey",
  "_metadata",
];
const fields = (...own: string[]): ReadonlySet<string> => new Set([...COMMON, ...own]);

const KNOWN: Readonly<Record<EventType, ReadonlySet<string>>> = {
  track: fields("event", "properties"),
  identify: fields("traits"),
  page: fields("name", "category", "properties"),
  screen: fields("name", "category", "properties"),
  group: fields("groupId", "traits"),
  alias: fields("previousId", "traits"),
};

/** Top-level keys with a value that no table of this type has a place for. */
export function unknownFields(event: JsonObject, type: EventType): string[] {
  const known = KNOWN[type];
  return Object.keys(event).filter((key) => !known.has(key) && !isAbsent(event[key]));
}
