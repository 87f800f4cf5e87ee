import { useState } from "react";
import type { Destination, DestinationField } from "../api/types.ts";
import { malformedIn, type SettingTexts, textOf, valueOf, visibleFields } from "../logic/setting-text.ts";
import { type Draft, useDraft } from "./use-draft.ts";

export interface SettingsDraft {
  readonly texts: SettingTexts;
  /** New texts of secret fields; one that is not named keeps what is stored. */
  readonly secrets: SettingTexts;
  /** Problems found before anything is sent. */
  readonly malformed: Readonly<Record<string, string>>;
  readonly dirty: boolean;
  /** `undefined` leaves a secret as it is stored. */
  readonly set: (field: DestinationField, text: string | undefined) => void;
  readonly reset: () => void;
  readonly forgetSecrets: () => void;
  /** What to send; `undefined` when something is malformed, which `malformed` then says. Hidden fields are empty. */
  readonly read: () => Record<string, unknown> | undefined;
}

/** The settings of a destination as a form edits them, over what is stored (nothing yet for a new one). */
export function useSettings(fields: readonly DestinationField[], stored?: Destination["settings"]): SettingsDraft {
  const plain = fields.filter((field) => !field.secret);
  const draft: Draft<Record<string, string>> = useDraft(
    Object.fromEntries(plain.map((field) => [field.name, textOf(field, stored?.[field.name])])),
  );
  const [secrets, setSecrets] = useState<SettingTexts>({});
  const [malformed, setMalformed] = useState<Readonly<Record<string, string>>>({});
  const texts = draft.value;
  return {
    texts,
    secrets,
    malformed,
    dirty: draft.dirty || Object.keys(secrets).length > 0,
    set(field, text) {
      setMalformed(({ [field.name]: _mended, ...rest }) => rest);
      if (field.secret) setSecrets((old) => withText(old, field.name, text));
      else draft.set({ [field.name]: text ?? "" });
    },
    reset() {
      draft.reset();
      setSecrets({});
      setMalformed({});
    },
    forgetSecrets: () => setSecrets({}),
    read() {
      const shown = visibleFields(plain, texts);
      const found = malformedIn(shown, texts);
      setMalformed(found);
      if (Object.keys(found).length > 0) return undefined;
      const values = plain.map((field) => [
        field.name,
        shown.includes(field) ? valueOf(field, texts[field.name] ?? "") : null,
      ]);
      return { ...Object.fromEntries(values), ...secrets };
    },
  };
}

/** Without the settings that were left empty: a new destination has nothing to remove. */
export const given = (settings: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== null && value !== ""));

function withText(secrets: SettingTexts, name: string, text: string | undefined): SettingTexts {
  const { [name]: _old, ...rest } = secrets;
  return text === undefined ? rest : { ...rest, [name]: text };
}
