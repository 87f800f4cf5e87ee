import { queryOptions } from "@tanstack/react-query";
import { api } from "./client.ts";
import { PAGE, queryClient } from "./queries.ts";
import type { DestinationField } from "./types.ts";

/** A kind of warehouse; its options are asked for as a destination's settings are. */
export interface WarehouseKind {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly options: readonly DestinationField[];
}

/** A database that tables are loaded into. Secret settings are never returned. */
export interface Warehouse {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly metadata: WarehouseKind;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, boolean>>;
  readonly sourceIds: readonly string[];
  readonly createdAt: string;
}

/** Whether it can be reached and lets tables be made; `reason` in its own words. */
export interface ConnectionVerdict {
  readonly status: "CONNECTED" | "FAILED";
  readonly reason?: string;
}

/** One published hour of a source, loaded. */
export interface WarehouseSync {
  readonly id: number;
  readonly start: string;
  readonly end: string | null;
  readonly status: "RUNNING" | "SUCCESS" | "PARTIAL" | "FAILED";
  /** Rows. */
  readonly count: number;
  readonly hour: string;
  readonly notices: readonly { readonly level: "ERROR" | "WARNING" | "INFO"; readonly message: string }[];
}

const SYNC_MS = 10_000;

export const warehousePath = (id: string): string => `/warehouses/${encodeURIComponent(id)}`;
export const connectionPath = (id: string, sourceId: string): string =>
  `${warehousePath(id)}/connected-sources/${encodeURIComponent(sourceId)}`;

export const warehouseKindsQuery = queryOptions({
  queryKey: ["warehouse kinds"],
  queryFn: () =>
    api<{ warehousesCatalog: WarehouseKind[] }>("GET", "/catalog/warehouses").then((data) => data.warehousesCatalog),
  staleTime: Number.POSITIVE_INFINITY,
});

export const warehousesQuery = queryOptions({
  queryKey: ["warehouses"],
  queryFn: () =>
    api<{ warehouses: Warehouse[] }>("GET", `/warehouses?pagination[count]=${PAGE}`).then((data) => data.warehouses),
});

export const warehouseQuery = (id: string) =>
  queryOptions({
    queryKey: ["warehouse", id],
    queryFn: () => api<{ warehouse: Warehouse }>("GET", warehousePath(id)).then((data) => data.warehouse),
  });

/** The newest few loads of one source. */
export const syncsQuery = (id: string, sourceId: string) =>
  queryOptions({
    queryKey: ["warehouse", id, "syncs", sourceId],
    queryFn: () =>
      api<{ reports: WarehouseSync[] }>("GET", `${connectionPath(id, sourceId)}/syncs?pagination[count]=2`).then(
        (data) => data.reports,
      ),
    refetchInterval: SYNC_MS,
  });

export async function refreshWarehouse(id: string): Promise<void> {
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: ["warehouse", id] }),
    queryClient.invalidateQueries({ queryKey: warehousesQuery.queryKey }),
    queryClient.invalidateQueries({ queryKey: ["source"] }),
  ]);
}
