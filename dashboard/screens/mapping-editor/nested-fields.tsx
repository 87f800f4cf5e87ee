import { Button } from "@cloudflare/kumo/components/button";
import { Input } from "@cloudflare/kumo/components/input";
import { PlusIcon, TrashIcon } from "@phosphor-icons/react";
import { type ReactNode, useState } from "react";
import type { ActionField } from "../../api/types.ts";
import { valueAtPath } from "../../logic/event-paths.ts";
import { type FieldDraft, type FieldDrafts, NOTHING, shownPath } from "../../logic/field-draft.ts";
import { strayField } from "../../logic/mapping-draft.ts";
import { type DrawRow, EditorFacts, useFacts, useMakeFacts } from "./facts.ts";
import { PathInput } from "./path-input.tsx";

interface NestedFieldsProps {
  readonly field: ActionField;
  readonly at: string;
  readonly fields: FieldDrafts;
  readonly drawRow: DrawRow;
  readonly onChange: (fields: FieldDrafts) => void;
}

/** The fields inside an object: those its definition names, and keys of one's own where it allows them. */
export function NestedFields({ field, at, fields, drawRow, onChange }: NestedFieldsProps): ReactNode {
  const properties = field.properties ?? [];
  const named = new Set(properties.map(({ id }) => id));
  const own = Object.keys(fields).filter((key) => !named.has(key));
  const isOpen = field.additionalProperties || properties.length === 0;
  const without = (key: string): FieldDrafts => {
    const { [key]: _gone, ...rest } = fields;
    return rest;
  };
  const row = (property: ActionField): ReactNode =>
    drawRow({
      field: property,
      at: `${at}.${property.id}`,
      required: property.required === true,
      draft: fields[property.id] ?? NOTHING,
      onChange: (draft) => onChange({ ...fields, [property.id]: draft }),
    });
  return (
    <div className="border-kumo-line flex min-w-0 flex-col gap-5 border-l-2 pl-4">
      {properties.map((property) => (
        <div key={property.id}>{row(property)}</div>
      ))}
      {own.map((key) => (
        <div key={key} className="flex min-w-0 items-start gap-2">
          <div className="min-w-0 flex-1">{row(strayField(key))}</div>
          <Button
            type="button"
            shape="square"
            variant="ghost"
            icon={<TrashIcon aria-hidden />}
            aria-label={`Remove ${key}`}
            onClick={() => onChange(without(key))}
          />
        </div>
      ))}
      {isOpen && (
        <AddKey
          of={field.label}
          taken={Object.keys(fields)}
          onAdd={(key) => onChange({ ...fields, [key]: { kind: "path", path: "" } })}
        />
      )}
    </div>
  );
}

interface AddKeyProps {
  readonly of: string;
  readonly taken: readonly string[];
  readonly onAdd: (key: string) => void;
}

function AddKey({ of, taken, onAdd }: AddKeyProps): ReactNode {
  const [text, setText] = useState("");
  const key = text.trim();
  const wrong = key.startsWith("@")
    ? "A key does not begin with @."
    : taken.includes(key)
      ? "It is there already."
      : "";
  const add = (): void => {
    if (key === "" || wrong !== "") return;
    onAdd(key);
    setText("");
  };
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <div className="flex min-w-0 gap-2">
        <Input
          aria-label={`New key of ${of}`}
          placeholder="New key"
          className="w-full min-w-0 flex-1 font-mono text-sm"
          spellCheck={false}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter") return;
            // Enter would save the whole mapping.
            event.preventDefault();
            add();
          }}
        />
        <Button
          type="button"
          icon={<PlusIcon aria-hidden />}
          aria-label={`Add a key to ${of}`}
          disabled={key === "" || wrong !== ""}
          onClick={add}
        >
          Add
        </Button>
      </div>
      {wrong !== "" && <p className="text-kumo-danger text-sm">{wrong}</p>}
    </div>
  );
}

interface ListFieldsProps {
  readonly field: ActionField;
  readonly at: string;
  readonly draft: Extract<FieldDraft, { kind: "list" }>;
  readonly drawRow: DrawRow;
  readonly onChange: (draft: FieldDraft) => void;
}

/** A list of the event and the shape of each item; inside, paths begin at the item. */
export function ListFields({ field, at, draft, drawRow, onChange }: ListFieldsProps): ReactNode {
  const { event, payload, problems } = useFacts();
  const list = valueAtPath(event, shownPath(draft.path));
  const inner = useMakeFacts(Array.isArray(list) ? list[0] : list, payload, problems);
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <PathInput label={field.label} path={draft.path} onChange={(path) => onChange({ ...draft, path })} />
      <p className="text-kumo-subtle text-sm">For each item of the list, with fields of the item:</p>
      <EditorFacts.Provider value={inner}>
        <NestedFields
          field={field}
          at={at}
          fields={draft.fields}
          drawRow={drawRow}
          onChange={(fields) => onChange({ ...draft, fields })}
        />
      </EditorFacts.Provider>
    </div>
  );
}
