import type { ActionField, FieldConditions } from "../api/types.ts";
import { type DraftKind, type FieldDraft, type FieldDrafts, NOTHING, valueOf } from "./field-draft.ts";

export const KIND_WORDS: Record<DraftKind, string> = {
  nothing: "Nothing",
  path: "Event field",
  literal: "Fixed value",
  template: "Text with fields",
  either: "First of two fields",
  object: "Keys and values",
  list: "List from the event",
  json: "Directive (JSON)",
};

/** The ways in which a field can get its value. */
export function kindsOf(field: ActionField): readonly DraftKind[] {
  if (field.type !== "object") return ["nothing", "path", "literal", "template", "either", "json"];
  return field.multiple ? ["nothing", "path", "list", "json"] : ["nothing", "path", "object", "json"];
}

/** How a required field that was never given anything begins: ready to be filled in, and not yet part of the mapping. */
export function firstDraft({ type, multiple, choices, readOnly }: ActionField): FieldDraft {
  if (readOnly === true) return NOTHING;
  const isText = type === "string" || type === "text" || type === "password";
  return isText && !multiple && (choices?.length ?? 0) === 0
    ? { kind: "literal", value: "" }
    : { kind: "path", path: "" };
}

/** Whether a field gets nothing: an empty fixed value is none where one is required. */
export const isUnset = (draft: FieldDraft | undefined): boolean =>
  draft === undefined || draft.kind === "nothing" || (draft.kind === "literal" && draft.value === "");

/** A field's draft in another kind, keeping what both have. */
export function changeKind(draft: FieldDraft, kind: DraftKind, field: ActionField): FieldDraft {
  const path = "path" in draft ? draft.path : "";
  const fields = "fields" in draft ? draft.fields : {};
  switch (kind) {
    case "nothing":
      return { kind };
    case "path":
      return { kind, path };
    case "either":
      return { kind, path, otherwise: "" };
    case "literal":
      return { kind, value: draft.kind === "template" && isFree(field) ? draft.text : firstLiteral(field) };
    case "template":
      return { kind, text: textOf(draft) ?? (path === "" ? "" : `{{${path.replace(/^\$\./, "")}}}`) };
    case "object":
      return { kind, fields };
    case "list":
      return { kind, path, fields };
    case "json":
      return { kind, text: JSON.stringify(valueOf(draft) ?? null, null, 2) };
    default:
      return kind satisfies never;
  }
}

const firstLiteral = (field: ActionField): string | number | boolean =>
  field.type === "boolean" ? true : (field.choices?.[0]?.value ?? "");

/** Whether any text may stand in it. */
const isFree = ({ type, choices }: ActionField): boolean => type === "string" && (choices?.length ?? 0) === 0;

/** The text that was typed, however it is used. */
function textOf(draft: FieldDraft): string | undefined {
  if (draft.kind === "template") return draft.text;
  return draft.kind === "literal" && typeof draft.value === "string" ? draft.value : undefined;
}

/** Whether a fixed value looks as if fields were to be put into it, which only a text with fields does. */
export const looksLikeTemplate = (draft: FieldDraft): boolean =>
  draft.kind === "literal" && /\{\{.+?\}\}/.test(String(draft.value));

/** What was typed as a fixed value: a number where the field wants one and it is one. */
export function literalOf(field: ActionField, text: string): string | number {
  const isNumber = field.type === "number" || field.type === "integer";
  return isNumber && text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** Whether conditions on other values hold; `valueAt` gives what another field has. */
export function holds(conditions: FieldConditions | undefined, valueAt: (key: string) => unknown): boolean {
  if (conditions === undefined || conditions.conditions.length === 0) return true;
  const each = conditions.conditions.map(({ fieldKey, type, operator, value }) => {
    const current = valueAt(type === "syncMode" ? SYNC_MODE : (fieldKey ?? ""));
    const among = (Array.isArray(value) ? (value as unknown[]) : [value]).some((one) => same(one, current));
    return operator === "is" ? among : !among;
  });
  return conditions.match === "any" ? each.some(Boolean) : each.every(Boolean);
}

export const SYNC_MODE = "__segment_internal_sync_mode";

/** A setting that was never given is like one that is empty. */
const same = (a: unknown, b: unknown): boolean => (a ?? "") === (b ?? "");

/** Whether the field has to have a value, given the values of the others. */
export const isRequired = (field: Pick<ActionField, "required">, valueAt: (key: string) => unknown): boolean =>
  typeof field.required === "boolean" ? field.required : holds(field.required, valueAt);

/** A field's fixed value, for conditions on it: what depends on an event is not known before there is one. */
export const literalIn = (drafts: FieldDrafts, key: string): unknown => {
  const draft = drafts[key];
  return draft?.kind === "literal" ? draft.value : undefined;
};
