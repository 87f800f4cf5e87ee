import { type ReactNode, useState } from "react";
import { warehousePath } from "../../api/warehouse-queries.ts";
import type { Warehouse } from "../../api/warehouse-types.ts";
import { warehouseFields } from "../../logic/warehouses.ts";
import { problemsOf } from "../../parts/form-problems.ts";
import { SaveForm } from "../../parts/save-row.tsx";
import { SettingFields } from "../../parts/setting-fields.tsx";
import { useSettings } from "../../parts/use-settings.ts";
import { useSaveWarehouse } from "./save.ts";
import { TestConnection } from "./test-connection.tsx";

/** Where it is and who asks. */
export default function Connection({ warehouse }: { warehouse: Warehouse }): ReactNode {
  const { id, metadata, settings, secrets } = warehouse;
  const fields = warehouseFields(metadata);
  const draft = useSettings(fields, settings);
  const [testProblem, setTestProblem] = useState<Error | null>(null);
  const save = useSaveWarehouse<{ settings: object }>(warehouse);
  const problems = problemsOf(
    save.error ?? testProblem,
    fields.map(({ name }) => name),
  );
  return (
    <SaveForm
      dirty={draft.dirty}
      saving={save.isPending}
      saved={save.isSuccess}
      problems={problems.general}
      onSave={() => {
        setTestProblem(null);
        const values = draft.read();
        if (values !== undefined) save.mutate({ settings: values }, { onSuccess: draft.forgetSecrets });
      }}
      onReset={draft.reset}
    >
      <SettingFields fields={fields} draft={draft} stored={secrets} errors={problems.fields} />
      <TestConnection
        path={`${warehousePath(id)}/validation`}
        body={{}}
        name={metadata.name}
        read={draft.read}
        onProblem={setTestProblem}
      />
    </SaveForm>
  );
}
