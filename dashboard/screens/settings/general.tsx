import { Button } from "@cloudflare/kumo/components/button";
import { Input } from "@cloudflare/kumo/components/input";
import { Select } from "@cloudflare/kumo/components/select";
import { Switch } from "@cloudflare/kumo/components/switch";
import { PlusIcon, TrashIcon } from "@phosphor-icons/react";
import type { ReactNode } from "react";
import type { Label, Source, SourceKind } from "../../api/types.ts";
import { problemsOf } from "../../parts/form-problems.ts";
import { KINDS } from "../../parts/labels.tsx";
import { SaveForm } from "../../parts/save-row.tsx";
import { useDraft } from "../../parts/use-draft.ts";
import { useSaveGeneral } from "./save.ts";

/** Name, kind, labels, on or off. */
export function General({ source }: { source: Source }): ReactNode {
  const { name, enabled, kind, labels } = source;
  const draft = useDraft({ name, enabled, kind, labels });
  const save = useSaveGeneral(source);
  const problems = problemsOf(save.error, ["name", "kind", "labels"]);
  return (
    <SaveForm
      dirty={draft.dirty}
      saving={save.isPending}
      saved={save.isSuccess}
      problems={problems.general}
      onSave={() => save.mutate(draft.value)}
      onReset={draft.reset}
    >
      <Input
        label="Name"
        value={draft.value.name}
        maxLength={120}
        required
        error={problems.fields["name"]}
        onChange={(event) => draft.set({ name: event.target.value })}
      />
      <Select<SourceKind>
        label="Kind"
        value={draft.value.kind}
        onValueChange={(value) => value !== null && draft.set({ kind: value })}
        renderValue={(value) => KINDS[value]}
        error={problems.fields["kind"]}
      >
        {Object.entries(KINDS).map(([value, words]) => (
          <Select.Option key={value} value={value as SourceKind}>
            {words}
          </Select.Option>
        ))}
      </Select>
      <Labels
        labels={draft.value.labels}
        error={problems.fields["labels"]}
        onChange={(next) => draft.set({ labels: next })}
      />
      <Switch
        label={
          draft.value.enabled ? "Switched on" : "Switched off: events are answered 200 and refused (source_disabled)"
        }
        checked={draft.value.enabled}
        onCheckedChange={(checked) => draft.set({ enabled: checked })}
      />
    </SaveForm>
  );
}

interface LabelsProps {
  readonly labels: readonly Label[];
  readonly error: string | undefined;
  readonly onChange: (labels: readonly Label[]) => void;
}

function Labels({ labels, error, onChange }: LabelsProps): ReactNode {
  const change = (index: number, part: Partial<Label>): void =>
    onChange(labels.map((label, at) => (at === index ? { ...label, ...part } : label)));
  // Labels have no identity beyond their place while they are edited.
  const placed = labels.map((label, index) => ({ label, index, place: `label ${index}` }));
  return (
    <fieldset>
      <legend className="mb-2 font-medium">Labels</legend>
      <div className="flex flex-col gap-2">
        {placed.map(({ label, index, place }) => (
          <div key={place} className="flex items-center gap-2">
            <Input
              aria-label="Label key"
              placeholder="environment"
              className="w-full min-w-0 flex-1"
              value={label.key}
              maxLength={64}
              onChange={(event) => change(index, { key: event.target.value })}
            />
            <Input
              aria-label="Label value"
              placeholder="prod"
              className="w-full min-w-0 flex-1"
              value={label.value}
              maxLength={64}
              onChange={(event) => change(index, { value: event.target.value })}
            />
            <Button
              type="button"
              shape="square"
              variant="ghost"
              icon={<TrashIcon aria-hidden />}
              aria-label={`Remove label ${label.key}`}
              onClick={() => onChange(labels.filter((_, at) => at !== index))}
            />
          </div>
        ))}
      </div>
      {error !== undefined && <p className="text-kumo-danger mt-1 text-sm">{error}</p>}
      <Button
        type="button"
        size="sm"
        className="mt-2"
        icon={<PlusIcon aria-hidden />}
        disabled={labels.length >= 20}
        onClick={() => onChange([...labels, { key: labels.length === 0 ? "environment" : "", value: "" }])}
      >
        Add a label
      </Button>
    </fieldset>
  );
}
