import { queryOptions } from "@tanstack/react-query";
import { api } from "./client.ts";
import { PAGE, queryClient } from "./queries.ts";
import type { Warehouse, WarehouseKind, WarehouseSync } from "./warehouse-types.ts";

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
