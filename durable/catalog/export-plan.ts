import type { ExportPlan } from "../../src/core/exports.ts";
import type { Room } from "./room.ts";
import { fixedSchema } from "./schemas.ts";
import { loadersOf } from "./warehouses.ts";

/** What a source's Exports object has to know; `null` when there is no such source. */
export function exportPlan({ store }: Room, sourceId: string): ExportPlan | null {
  const source = store.source(sourceId);
  if (source === undefined) return null;
  const { enabled, ndjson, iceberg, maxColumns, excludedTables, excludedColumns } = source.settings.exports;
  return {
    enabled,
    ndjson,
    rules: { maxColumns, excludedTables, excludedColumns },
    followers: [{ name: "iceberg", on: iceberg }, ...loadersOf(store, sourceId)],
  };
}

/** Fixes the name of the source's schema, which shows in its settings from then on; `null` when there is no such source. */
export function fixSchema(room: Room, sourceId: string): string | null {
  const { store } = room;
  const source = store.source(sourceId);
  if (source === undefined) return null;
  return room.write(() => {
    const schema = fixedSchema(store.schemas, source);
    const { settings } = source;
    store.putSource({ ...source, settings: { ...settings, exports: { ...settings.exports, schema } } });
    return schema;
  });
}
