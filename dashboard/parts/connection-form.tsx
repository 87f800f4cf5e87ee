import { type ReactNode, useState } from "react";
import type { Destination, DestinationField } from "../api/types.ts";
import { useProblems } from "./use-problems.ts";
import { SaveForm } from "./save-row.tsx";
import { SettingFields } from "./setting-fields.tsx";
import type { SettingsTestForm } from "./settings-test.tsx";
import { useSettings } from "./use-settings.ts";

interface Settings {
  readonly settings: object;
}

interface ConnectionFormProps {
  readonly fields: readonly DestinationField[];
  readonly stored: Pick<Destination, "settings" | "secrets">;
  readonly save: {
    readonly isPending: boolean;
    readonly isSuccess: boolean;
    readonly error: Error | null;
    readonly mutate: (values: Settings, options: { readonly onSuccess: () => void }) => void;
  };
  /** How the settings are tried out before they are saved, where they can be. */
  readonly children: (form: SettingsTestForm) => ReactNode;
}

/** The settings of something that is connected already, secrets among them. */
export function ConnectionForm({ fields, stored, save, children }: ConnectionFormProps): ReactNode {
  const draft = useSettings(fields, stored.settings);
  const [testProblem, setTestProblem] = useState<Error | null>(null);
  const problems = useProblems(
    save.error ?? testProblem,
    fields.map(({ name }) => name),
    { ...draft.texts, ...draft.secrets },
  );
  return (
    <SaveForm
      dirty={draft.dirty}
      saving={save.isPending}
      saved={save.isSuccess}
      problems={problems.general}
      onSave={() => {
        setTestProblem(null);
        const settings = draft.read();
        if (settings !== undefined) save.mutate({ settings }, { onSuccess: draft.forgetSecrets });
      }}
      onReset={draft.reset}
    >
      <SettingFields fields={fields} draft={draft} stored={stored.secrets} errors={problems.fields} />
      {children({ read: draft.read, onProblem: setTestProblem })}
    </SaveForm>
  );
}
