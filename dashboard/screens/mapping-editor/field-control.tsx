import { Input } from "@cloudflare/kumo/components/input";
import type { ReactNode } from "react";
import type { ActionField } from "../../api/types.ts";
import type { FieldDraft } from "../../logic/field-draft.ts";
import { literalOf } from "../../logic/field-kinds.ts";
import { Choice } from "../../parts/choice.tsx";
import { TextArea } from "../../parts/text-area.tsx";
import type { DrawRow } from "./facts.ts";
import { ListFields, NestedFields } from "./nested-fields.tsx";
import { PathInput } from "./path-input.tsx";

interface FieldControlProps {
  readonly field: ActionField;
  readonly at: string;
  readonly draft: FieldDraft;
  readonly drawRow: DrawRow;
  readonly onChange: (draft: FieldDraft) => void;
}

/** The control for where a value comes from. */
export function FieldControl({ field, at, draft, drawRow, onChange }: FieldControlProps): ReactNode {
  switch (draft.kind) {
    case "nothing":
      return null;
    case "path":
      return <PathInput label={field.label} path={draft.path} onChange={(path) => onChange({ ...draft, path })} />;
    case "either":
      return (
        <div className="grid items-center gap-2 sm:grid-cols-[minmax(0,1fr)_auto_minmax(0,1fr)]">
          <PathInput label={field.label} path={draft.path} onChange={(path) => onChange({ ...draft, path })} />
          <span className="text-kumo-subtle text-sm">or else</span>
          <PathInput
            label={`${field.label}, when that has no value`}
            path={draft.otherwise}
            onChange={(otherwise) => onChange({ ...draft, otherwise })}
          />
        </div>
      );
    case "literal":
      return (
        <LiteralInput field={field} value={draft.value} onChange={(value) => onChange({ kind: "literal", value })} />
      );
    case "template":
      return (
        <Input
          aria-label={field.label}
          placeholder="Hello {{traits.firstName}}"
          className="w-full font-mono text-sm"
          spellCheck={false}
          value={draft.text}
          onChange={(event) => onChange({ kind: "template", text: event.target.value })}
        />
      );
    case "json":
      return (
        <TextArea
          label={`${field.label} as JSON`}
          rows={Math.min(14, Math.max(3, draft.text.split("\n").length))}
          value={draft.text}
          onChange={(text) => onChange({ kind: "json", text })}
        />
      );
    case "object":
      return (
        <NestedFields
          field={field}
          at={at}
          fields={draft.fields}
          drawRow={drawRow}
          onChange={(fields) => onChange({ ...draft, fields })}
        />
      );
    case "list":
      return <ListFields field={field} at={at} draft={draft} drawRow={drawRow} onChange={onChange} />;
    default:
      return draft satisfies never;
  }
}

interface LiteralInputProps {
  readonly field: ActionField;
  readonly value: string | number | boolean;
  readonly onChange: (value: string | number | boolean) => void;
}

function LiteralInput({ field, value, onChange }: LiteralInputProps): ReactNode {
  if (field.type === "boolean" || typeof value === "boolean") {
    return (
      <Choice
        aria-label={field.label}
        value={String(value)}
        choices={[
          ["true", "Yes (true)"],
          ["false", "No (false)"],
        ]}
        onChange={(text) => onChange(text === "true")}
      />
    );
  }
  const known = field.choices?.some((choice) => choice.value === value) ?? false;
  if (field.choices !== undefined && known) {
    return (
      <Choice
        aria-label={field.label}
        value={String(value)}
        choices={field.choices.map((choice) => [String(choice.value), choice.label])}
        onChange={(text) => onChange(field.choices?.find((choice) => String(choice.value) === text)?.value ?? text)}
      />
    );
  }
  return (
    <Input
      aria-label={field.label}
      className="w-full"
      spellCheck={false}
      value={String(value)}
      onChange={(event) => onChange(literalOf(field, event.target.value))}
    />
  );
}
