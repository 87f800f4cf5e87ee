import { useMutation } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { refreshWarehouse, warehousePath } from "../../api/warehouse-queries.ts";
import type { Warehouse } from "../../api/warehouse-types.ts";

/** Sends a change of one warehouse. */
export const useSaveWarehouse = <T extends object>({ id }: Warehouse) =>
  useMutation({
    mutationFn: (values: T) => api("PATCH", warehousePath(id), values),
    onSuccess: () => refreshWarehouse(id),
  });
