import { useMutation } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { refreshWarehouse, type Warehouse, warehousePath } from "../../api/warehouse-queries.ts";

/** Sends a change of one warehouse. */
export const useSaveWarehouse = <T extends object>({ id }: Warehouse) =>
  useMutation({
    mutationFn: (values: T) => api("PATCH", warehousePath(id), values),
    onSuccess: () => refreshWarehouse(id),
  });
