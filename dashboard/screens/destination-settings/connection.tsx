import { type ReactNode, useState } from "react";
import { destinationPath } from "../../api/destination-queries.ts";
import type { Destination, DestinationKind } from "../../api/types.ts";
import { shortName } from "../../logic/catalogue.ts";
import { problemsOf } from "../../parts/form-problems.ts";
import { SaveForm } from "../../parts/save-row.tsx";
import { SettingFields } from "../../parts/setting-fields.tsx";
import { TestAuthentication } from "../../parts/test-authentication.tsx";
import { useSettings } from "../../parts/use-settings.ts";
import { useSaveDestination } from "./save.ts";

interface ConnectionProps {
  readonly destination: Destination;
  readonly kind: DestinationKind;
}

/** The settings of its kind. */
export default function Connection({ destination, kind }: ConnectionProps): ReactNode {
  const draft = useSettings(kind.fields, destination.settings);
  const [authProblem, setAuthProblem] = useState<Error | null>(null);
  const save = useSaveDestination<{ settings: object }>(destination);
  const problems = problemsOf(
    save.error ?? authProblem,
    kind.fields.map((field) => field.name),
  );
  if (kind.fields.length === 0) return <p className="text-kumo-subtle">{kind.name} has no settings.</p>;
  return (
    <SaveForm
      dirty={draft.dirty}
      saving={save.isPending}
      saved={save.isSuccess}
      problems={problems.general}
      onSave={() => {
        setAuthProblem(null);
        const settings = draft.read();
        if (settings !== undefined) save.mutate({ settings }, { onSuccess: draft.forgetSecrets });
      }}
      onReset={draft.reset}
    >
      <SettingFields fields={kind.fields} draft={draft} stored={destination.secrets} errors={problems.fields} />
      {kind.testsAuthentication && (
        <TestAuthentication
          path={`${destinationPath(destination.id)}/test-authentication`}
          name={shortName(kind.name)}
          read={draft.read}
          onProblem={setAuthProblem}
        />
      )}
    </SaveForm>
  );
}
