import type { ActionField, ActionKind, DestinationKind, Subscription } from "../api/types.ts";
import { draftsOf, type FieldDrafts, valuesOf } from "./field-draft.ts";
import { isRequired, isUnset, literalIn } from "./field-kinds.ts";

/** A mapping as the editor holds it. */
export interface MappingDraft {
  readonly name: string;
  readonly actionId: string;
  readonly enabled: boolean;
  readonly trigger: string;
  readonly fields: FieldDrafts;
}

export const mappingDraft = ({ name, actionId, enabled, trigger, settings }: Subscription): MappingDraft => ({
  name,
  actionId,
  enabled,
  trigger,
  fields: draftsOf(settings),
});

interface Beginning {
  readonly action: string | undefined;
  /** A place in the kind's presets. */
  readonly preset: string | undefined;
}

/** A new mapping, switched on when it is saved; `undefined` when the address names nothing there is. */
export function newMappingDraft(kind: DestinationKind, { action, preset }: Beginning): MappingDraft | undefined {
  if (preset !== undefined) {
    const found = kind.presets[Number(preset)];
    if (found === undefined) return undefined;
    const { name, actionId, trigger, mapping } = found;
    return { name, actionId, enabled: true, trigger: trigger ?? TRACK, fields: draftsOf(mapping) };
  }
  const found = kind.actions.find(({ id }) => id === action);
  if (found === undefined) return undefined;
  const { id, name, defaultTrigger, fields } = found;
  return { name, actionId: id, enabled: true, trigger: defaultTrigger ?? TRACK, fields: draftsOf(defaultsOf(fields)) };
}

const TRACK = 'type = "track"';

const defaultsOf = (fields: readonly ActionField[]): Record<string, unknown> =>
  Object.fromEntries(fields.map((field) => [field.id, field.defaultValue]).filter(([, value]) => value !== undefined));

/** What the control plane is sent: a required field left empty is left out, rather than sent as an empty text. */
export function bodyOf({ fields, ...draft }: MappingDraft, action: ActionKind) {
  const missing = new Set(missingIn(action, fields).map(({ id }) => id));
  const given = Object.entries(fields).filter(([key]) => !missing.has(key));
  return { ...draft, settings: valuesOf(Object.fromEntries(given)) };
}

/** Fields that say how events are put together into one request, rather than what is sent. */
export const isBatching = ({ id }: ActionField): boolean => id === "enable_batching" || id.startsWith("batch_");

export interface FieldParts {
  readonly main: readonly ActionField[];
  readonly batching: readonly ActionField[];
  /** Hidden by the definition, and what the mapping has beside the action's fields. */
  readonly technical: readonly ActionField[];
}

/** The fields of an action in the order of a form: those needed first. */
export function partsOf(action: ActionKind, drafts: FieldDrafts): FieldParts {
  const known = new Set(action.fields.map(({ id }) => id));
  const strays = Object.keys(drafts).filter((key) => !known.has(key));
  const shown = action.fields.filter((field) => !field.hidden && !isBatching(field));
  const needed = (field: ActionField): boolean => isRequired(field, (key) => literalIn(drafts, key));
  return {
    main: [...shown.filter(needed), ...shown.filter((field) => !needed(field))],
    batching: action.fields.filter((field) => isBatching(field) && !field.hidden),
    technical: [...action.fields.filter((field) => field.hidden), ...strays.map(strayField)],
  };
}

/** A key that the mapping has and the action has not described. */
export const strayField = (id: string): ActionField => ({
  id,
  label: id,
  type: "string",
  description: "",
  required: false,
  multiple: false,
  allowNull: false,
  additionalProperties: false,
  dynamic: false,
  hidden: false,
});

/** Needed fields that send nothing: every event will be refused for each of them. */
export const missingIn = (action: ActionKind, drafts: FieldDrafts): readonly ActionField[] =>
  action.fields.filter(
    (field) => !field.hidden && isRequired(field, (key) => literalIn(drafts, key)) && isUnset(drafts[field.id]),
  );

/** Why a payload is refused, with the label of a field that has no value instead of its key. */
export const payloadProblem = (problem: string, fields: readonly ActionField[]): string =>
  problem.replaceAll(/The root value is missing the required field '([^']+)'\./g, (whole, key) => {
    const field = fields.find(({ id }) => id === key);
    return field === undefined ? whole : `${field.label} is missing.`;
  });
