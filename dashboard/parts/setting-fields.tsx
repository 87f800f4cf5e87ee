import type { ReactNode } from "react";
import type { DestinationField } from "../api/types.ts";
import { grouped, isNeeded, visibleFields } from "../logic/setting-text.ts";
import { SettingField } from "./setting-field.tsx";
import type { SettingsDraft } from "./use-settings.ts";

interface SettingFieldsProps {
  readonly fields: readonly DestinationField[];
  readonly draft: SettingsDraft;
  /** Which secrets hold a value already. */
  readonly stored?: Readonly<Record<string, boolean>>;
  /** What the control plane said, by the field's name. */
  readonly errors: Readonly<Record<string, string>>;
}

/** The settings of one kind of destination, under their headings; those that do not apply are left out. */
export function SettingFields({ fields, draft, stored, errors }: SettingFieldsProps): ReactNode {
  return grouped(visibleFields(fields, draft.texts)).map((group) => (
    <fieldset key={group.title ?? ""} className="flex min-w-0 flex-col gap-5">
      {group.title !== undefined && <legend className="mb-4 font-semibold">{group.title}</legend>}
      {group.fields.map((field) => (
        <SettingField
          key={field.name}
          field={field}
          required={isNeeded(field, fields, draft.texts)}
          text={field.secret ? draft.secrets[field.name] : (draft.texts[field.name] ?? "")}
          stored={stored?.[field.name] === true}
          error={draft.malformed[field.name] ?? errors[field.name]}
          onChange={(text) => draft.set(field, text)}
        />
      ))}
    </fieldset>
  ));
}
