import type { ReactNode } from "react";
import { warehousePath } from "../../api/warehouse-queries.ts";
import type { Warehouse } from "../../api/warehouse-types.ts";
import { warehouseFields } from "../../logic/warehouses.ts";
import { ConnectionForm } from "../../parts/connection-form.tsx";
import { useSaveWarehouse } from "./save.ts";
import { TestConnection } from "./test-connection.tsx";

/** Where it is and who asks. */
export default function Connection({ warehouse }: { warehouse: Warehouse }): ReactNode {
  const { id, metadata } = warehouse;
  return (
    <ConnectionForm
      fields={warehouseFields(metadata)}
      stored={warehouse}
      save={useSaveWarehouse<{ settings: object }>(warehouse)}
    >
      {(form) => <TestConnection {...form} path={`${warehousePath(id)}/validation`} body={{}} name={metadata.name} />}
    </ConnectionForm>
  );
}
