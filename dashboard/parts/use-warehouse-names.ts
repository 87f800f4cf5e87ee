import { useQuery } from "@tanstack/react-query";
import { warehousesQuery } from "../api/warehouse-queries.ts";
import { warehouseOf } from "../logic/export-words.ts";

/** What the warehouses among these targets are called; asked for only when there is one. */
export function useWarehouseNames(targets: readonly string[]): (id: string) => string | undefined {
  const wanted = targets.some((target) => warehouseOf(target) !== undefined);
  const warehouses = useQuery({ ...warehousesQuery, enabled: wanted });
  return (id) => (warehouses.isPending ? "…" : warehouses.data?.find((one) => one.id === id)?.name);
}
