import { Input } from "@cloudflare/kumo/components/input";
import { Switch } from "@cloudflare/kumo/components/switch";
import type { ReactNode } from "react";
import type { ActionField, ActionKind } from "../../api/types.ts";
import { type FieldDraft, type FieldDrafts, NOTHING } from "../../logic/field-draft.ts";
import { firstDraft, holds, isRequired, literalIn, literalOf } from "../../logic/field-kinds.ts";
import { partsOf } from "../../logic/mapping-draft.ts";
import { HelpText } from "../../parts/help-text.tsx";
import { FieldRow } from "./field-row.tsx";

interface MappingFieldsProps {
  readonly action: ActionKind;
  readonly fields: FieldDrafts;
  readonly onChange: (fields: FieldDrafts) => void;
}

/** What is sent: each field of the action and where it gets its value. */
export function MappingFields({ action, fields, onChange }: MappingFieldsProps): ReactNode {
  const { main, batching, technical } = partsOf(action, fields);
  const valueAt = (key: string): unknown => literalIn(fields, key);
  const set = (key: string, draft: FieldDraft): void => onChange({ ...fields, [key]: draft });
  const rows = (list: readonly ActionField[]): ReactNode =>
    list
      .filter((field) => holds(field.dependsOn, valueAt))
      .map((field) => {
        const required = isRequired(field, valueAt);
        return (
          <FieldRow
            key={field.id}
            field={field}
            at={field.id}
            required={required}
            draft={fields[field.id] ?? (required ? firstDraft(field) : NOTHING)}
            onChange={(draft) => set(field.id, draft)}
          />
        );
      });
  return (
    <>
      <Card title="What is sent">
        {main.length === 0 ? <p className="text-kumo-subtle">This action has no fields.</p> : rows(main)}
      </Card>
      {batching.length > 0 && (
        <Card title="Batching">
          {batching.map((field) => (
            <BatchingField
              key={field.id}
              field={field}
              draft={fields[field.id] ?? NOTHING}
              onChange={(draft) => set(field.id, draft)}
            />
          ))}
        </Card>
      )}
      {technical.length > 0 && (
        <details className="ring-kumo-hairline bg-kumo-base rounded-lg p-4 ring sm:p-5">
          <summary className="text-kumo-subtle w-fit cursor-pointer">
            Technical fields, hidden in Segment’s own console ({technical.length})
          </summary>
          <div className="mt-5 flex flex-col gap-6">{rows(technical)}</div>
        </details>
      )}
    </>
  );
}

const Card = ({ title, children }: { title: string; children: ReactNode }): ReactNode => (
  <section
    aria-label={title}
    className="ring-kumo-hairline bg-kumo-base flex min-w-0 flex-col rounded-lg p-4 ring sm:p-5"
  >
    <h2 className="mb-5 font-semibold">{title}</h2>
    <div className="flex flex-col gap-6">{children}</div>
  </section>
);

interface BatchingFieldProps {
  readonly field: ActionField;
  readonly draft: FieldDraft;
  readonly onChange: (draft: FieldDraft) => void;
}

/** How events are put together is fixed, rather than taken from an event; whoever did otherwise keeps their way. */
function BatchingField({ field, draft, onChange }: BatchingFieldProps): ReactNode {
  const { id, label, description, type, multiple } = field;
  const fixed = draft.kind === "nothing" || draft.kind === "literal";
  if (!fixed || multiple || type === "object") {
    return <FieldRow field={field} at={id} required={false} draft={draft} onChange={onChange} />;
  }
  const value = draft.kind === "literal" ? draft.value : undefined;
  if (type === "boolean") {
    return (
      <div>
        <Switch
          label={label}
          checked={value === true}
          onCheckedChange={(on) => onChange({ kind: "literal", value: on })}
        />
        <p className="text-kumo-subtle mt-1 text-sm">
          <HelpText text={description} />
        </p>
      </div>
    );
  }
  return (
    <Input
      label={label}
      description={<HelpText text={description} />}
      inputMode="numeric"
      className="w-40"
      value={value === undefined ? "" : String(value)}
      onChange={({ target }) =>
        onChange(target.value === "" ? NOTHING : { kind: "literal", value: literalOf(field, target.value) })
      }
    />
  );
}
