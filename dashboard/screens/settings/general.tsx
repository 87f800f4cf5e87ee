import { Button } from "@cloudflare/kumo/components/button";
import { Input } from "@cloudflare/kumo/components/input";
import { Switch } from "@cloudflare/kumo/components/switch";
import { PlusIcon, TrashIcon } from "@phosphor-icons/react";
import type { ReactNode } from "react";
import type { Label, Source } from "../../api/types.ts";
import { Choice } from "../../parts/choice.tsx";
import { DraftForm } from "../../parts/draft-form.tsx";
import { KIND_CHOICES, KINDS } from "../../parts/labels.tsx";
import { NameInput } from "../../parts/name-input.tsx";
import { useSaveGeneral } from "./save.ts";

/** Name, kind, labels, on or off. */
export function General({ source }: { source: Source }): ReactNode {
  const { name, enabled, kind, labels } = source;
  const kinds = KIND_CHOICES.some(([known]) => known === kind)
    ? KIND_CHOICES
    : [...KIND_CHOICES, [kind, KINDS[kind]] as const];
  return (
    <DraftForm
      saved={{ name, enabled, kind, labels }}
      fields={["name", "kind", "labels"]}
      save={useSaveGeneral(source)}
    >
      {({ value, set }, errors) => (
        <>
          <NameInput value={value.name} error={errors["name"]} onChange={(next) => set({ name: next })} />
          <Choice
            label="Kind"
            value={value.kind}
            choices={kinds}
            error={errors["kind"]}
            onChange={(next) => set({ kind: next })}
          />
          <Labels labels={value.labels} error={errors["labels"]} onChange={(next) => set({ labels: next })} />
          <Switch
            label={
              value.enabled ? "Switched on" : "Switched off: events are answered 200 and refused (source_disabled)"
            }
            checked={value.enabled}
            onCheckedChange={(checked) => set({ enabled: checked })}
          />
        </>
      )}
    </DraftForm>
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
