import type { ReactNode } from "react";
import type { ActionField } from "../../api/types.ts";
import { sampleOf } from "../../logic/event-paths.ts";
import type { DraftKind } from "../../logic/field-draft.ts";
import { changeKind, KIND_WORDS, kindsOf, looksLikeTemplate } from "../../logic/field-kinds.ts";
import { revealHidden } from "../../logic/literal.ts";
import { Choice } from "../../parts/choice.tsx";
import { HelpText } from "../../parts/help-text.tsx";
import { type DrawRow, type FieldRowProps, useFacts } from "./facts.ts";
import { FieldControl } from "./field-control.tsx";

/** One field: its name, where its value comes from, that, what it is for, and what it gets from the event. */
export function FieldRow({ field, at, required, draft, onChange }: FieldRowProps): ReactNode {
  const { problems } = useFacts();
  const kinds = kindsOf(field);
  const choices = (kinds.includes(draft.kind) ? kinds : [...kinds, draft.kind]).map(
    (kind): readonly [DraftKind, string] => [kind, KIND_WORDS[kind]],
  );
  const problem = problems[at];
  return (
    <div role="group" aria-label={field.label} className="flex min-w-0 flex-col gap-1.5">
      <div className="flex flex-wrap items-end justify-between gap-x-3 gap-y-1">
        <p className="min-w-0 font-medium break-words">
          {field.label}
          {required && <span className="text-kumo-danger"> *</span>}
          {required && <span className="sr-only"> (required)</span>}
          <span className="text-kumo-subtle ml-2 text-sm font-normal">{typeWords(field)}</span>
        </p>
        <div className="w-44">
          <Choice
            aria-label={`Where ${field.label} comes from`}
            disabled={field.readOnly === true}
            value={draft.kind}
            choices={choices}
            onChange={(kind) => onChange(changeKind(draft, kind, field))}
          />
        </div>
      </div>
      <FieldControl field={field} at={at} draft={draft} drawRow={drawRow} onChange={onChange} />
      {problem !== undefined && (
        <p role="alert" className="text-kumo-danger text-sm">
          {problem}
        </p>
      )}
      {looksLikeTemplate(draft) && (
        <p role="status" className="text-kumo-warning text-sm">
          Sent as it is written. To have {"{{…}}"} filled in, choose “{KIND_WORDS.template}”.
        </p>
      )}
      {field.description !== "" && (
        <p className="text-kumo-subtle text-sm break-words">
          <HelpText text={field.description} />
        </p>
      )}
      <Outcome at={at} draft={draft} required={required} />
    </div>
  );
}

const drawRow: DrawRow = (props) => <FieldRow {...props} />;

const typeWords = ({ type, multiple }: ActionField): string => {
  const word = type === "string" || type === "text" || type === "password" ? "text" : type;
  return multiple ? `list of ${word}s` : word;
};

/** What the event at hand gives this field; for fields of the mapping itself, whose key has no dot. */
function Outcome({ at, draft, required }: Pick<FieldRowProps, "at" | "draft" | "required">): ReactNode {
  const { payload } = useFacts();
  if (payload === undefined || draft.kind === "nothing" || draft.kind === "literal" || at.includes(".")) return null;
  const value = (payload as Readonly<Record<string, unknown>>)[at];
  return (
    <p className="text-sm break-words">
      <span className="text-kumo-subtle">In the preview: </span>
      {value === undefined ? (
        <span className={required ? "text-kumo-warning" : "text-kumo-subtle"}>nothing</span>
      ) : (
        <code className="font-mono">{revealHidden(sampleOf(value))}</code>
      )}
    </p>
  );
}
