import { Input } from "@cloudflare/kumo/components/input";
import { Switch } from "@cloudflare/kumo/components/switch";
import { type ReactNode, useState } from "react";
import type { Destination, DestinationDefinition, DestinationOption, Source } from "../../api/types.ts";
import { clip } from "../../logic/entry-text.ts";
import { ownSources } from "../../logic/overview.ts";
import { malformedIn, textOf, valueOf } from "../../logic/option-text.ts";
import { Choice } from "../../parts/choice.tsx";
import { problemsOf } from "../../parts/form-problems.ts";
import { SaveForm } from "../../parts/save-row.tsx";
import { useDraft } from "../../parts/use-draft.ts";
import { OptionField } from "./option-field.tsx";

interface FieldsProps {
  readonly definition: DestinationDefinition;
  /** Absent while it is being made. */
  readonly destination?: Destination;
  readonly sources: readonly Source[];
  readonly firstSource?: string | undefined;
  readonly saving: boolean;
  readonly saved: boolean;
  readonly error: Error | null;
  readonly onCancel?: () => void;
  /** `done` is called once it is stored. */
  readonly onSave: (values: object, done: () => void) => void;
}

/** The form of one destination, drawn from its definition's options. */
export function Fields(props: FieldsProps): ReactNode {
  const { definition, destination, sources, error } = props;
  const plain = definition.options.filter((option) => !option.secret);
  const draft = useDraft({
    name: destination?.name ?? definition.name,
    enabled: destination?.enabled ?? true,
    sourceId: destination?.sourceId ?? props.firstSource ?? (ownSources(sources)[0] ?? sources[0])?.id ?? "",
    settings: Object.fromEntries(
      plain.map((option) => [option.name, textOf(option, destination?.settings[option.name])]),
    ),
  });
  // New texts of secret fields; a field that is not named keeps what is stored.
  const [secrets, setSecrets] = useState<Record<string, string>>({});
  // What is not sent, because the control plane could not tell it from what it looks like.
  const [malformed, setMalformed] = useState<Readonly<Record<string, string>>>({});
  const problems = problemsOf(error, ["name", "sourceId", ...definition.options.map((option) => option.name)]);
  const save = (): void => {
    const found = malformedIn(plain, draft.value.settings);
    setMalformed(found);
    if (Object.keys(found).length > 0) return;
    const settings = {
      ...Object.fromEntries(
        plain.map((option) => [option.name, valueOf(option, draft.value.settings[option.name] ?? "")]),
      ),
      ...secrets,
    };
    const { name, enabled, sourceId } = draft.value;
    const values =
      destination === undefined ? { name, enabled, sourceId, settings: given(settings) } : { name, enabled, settings };
    props.onSave(values, () => setSecrets({}));
  };
  return (
    <SaveForm
      dirty={draft.dirty || destination === undefined || Object.keys(secrets).length > 0}
      saving={props.saving}
      saved={props.saved}
      problems={problems.general}
      onSave={save}
      onCancel={props.onCancel}
      onReset={() => {
        draft.reset();
        setSecrets({});
        setMalformed({});
      }}
    >
      <SourceField
        sources={sources}
        value={draft.value.sourceId}
        fixed={destination !== undefined}
        error={problems.fields["sourceId"]}
        onChange={(sourceId) => draft.set({ sourceId })}
      />
      <Input
        label="Name"
        value={draft.value.name}
        maxLength={120}
        required
        error={problems.fields["name"]}
        onChange={(event) => draft.set({ name: event.target.value })}
      />
      {definition.options.map((option: DestinationOption) => (
        <OptionField
          key={option.name}
          option={option}
          text={option.secret ? secrets[option.name] : (draft.value.settings[option.name] ?? "")}
          stored={destination?.secrets[option.name] === true}
          error={malformed[option.name] ?? problems.fields[option.name]}
          onChange={(text) =>
            option.secret
              ? setSecrets((old) => withText(old, option.name, text))
              : draft.set({ settings: { ...draft.value.settings, [option.name]: text ?? "" } })
          }
        />
      ))}
      <Switch
        label={draft.value.enabled ? "Switched on" : "Switched off"}
        checked={draft.value.enabled}
        onCheckedChange={(enabled) => draft.set({ enabled })}
      />
    </SaveForm>
  );
}

/** Without the settings that were left empty: a new destination has nothing to remove. */
const given = (settings: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== null && value !== ""));

function withText(secrets: Record<string, string>, name: string, text: string | undefined): Record<string, string> {
  const { [name]: _old, ...rest } = secrets;
  return text === undefined ? rest : { ...rest, [name]: text };
}

interface SourceFieldProps {
  readonly sources: readonly Source[];
  readonly value: string;
  /** A destination stays with its source. */
  readonly fixed: boolean;
  readonly error: string | undefined;
  readonly onChange: (sourceId: string) => void;
}

function SourceField({ sources, value, fixed, error, onChange }: SourceFieldProps): ReactNode {
  return (
    <Choice
      label="Source"
      value={value}
      disabled={fixed}
      placeholder="Create a source first"
      choices={sources.map((source) => [source.id, clip(source.name)])}
      error={error}
      onChange={onChange}
    />
  );
}
