import * as z from "zod";
import { Name, type SettingValue, SettingValues } from "./catalog.ts";
import type { Changes } from "./changes.ts";

/** How many a workspace may have. */
export const WAREHOUSE_LIMITS = { warehouses: 100, sourcesPerWarehouse: 2000 } as const;

export const WarehouseKindId = z.enum(["clickhouse", "postgres"]);
export type WarehouseKindId = z.infer<typeof WarehouseKindId>;

/** A database that tables are loaded into. `settings` holds plain values; secret ones are sealed in `sealed`. */
export const WarehouseRecord = z.object({
  id: z.string(),
  name: Name,
  kind: WarehouseKindId,
  enabled: z.boolean(),
  /** Whose tables it gets; may be empty. */
  sourceIds: z.array(z.string()).max(WAREHOUSE_LIMITS.sourcesPerWarehouse),
  settings: SettingValues,
  sealed: z.record(z.string(), z.string()),
  createdAt: z.int(),
  updatedAt: z.int(),
});
export type WarehouseRecord = z.infer<typeof WarehouseRecord>;

/** A warehouse as it may leave the Catalog: `secrets` says which secret settings hold a value, never which one. */
export type WarehouseView = Omit<WarehouseRecord, "sealed"> & { readonly secrets: Readonly<Record<string, boolean>> };

/** A new one. The caller has split the secret settings off; `null` clears one. */
export interface WarehouseInput {
  readonly kind: WarehouseKindId;
  readonly name: string;
  readonly enabled: boolean;
  readonly settings: Readonly<Record<string, SettingValue>>;
  readonly secrets: Readonly<Record<string, string | null>>;
}
/** What is named changes; `settings` are replaced as a whole. */
export type WarehousePatch = Changes<Omit<WarehouseInput, "kind">>;

/** With its secrets opened: for the loader only. `unreadable` settings were sealed with another key. */
export interface OpenWarehouse {
  readonly id: string;
  readonly name: string;
  readonly kind: WarehouseKindId;
  readonly settings: Readonly<Record<string, SettingValue>>;
  /** Which of the settings are secrets: they are masked wherever they come up in a text. */
  readonly secrets: readonly string[];
  readonly unreadable: readonly string[];
}

/** The follower of a source's Exports object that fills this warehouse. */
export const loaderName = (warehouseId: string): string => `load:${warehouseId}`;
export const isLoader = (follower: string): boolean => follower.startsWith("load:");

/** Settings to be tried. `stored`: secrets that nobody typed again are those the warehouse has. */
export interface WarehouseTrial {
  readonly kind: WarehouseKindId;
  readonly settings: Readonly<Record<string, SettingValue>>;
  readonly secrets: Readonly<Record<string, string | null>>;
  readonly stored?: { readonly warehouseId: string; readonly secrets: readonly string[] };
}
