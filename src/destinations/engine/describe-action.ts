import type { ActionDefinition, InputField } from "@segment/actions-core";
import type { ActionField, ActionKind, Choice } from "../../core/destination-kind.ts";

type Action = ActionDefinition<unknown>;

const choicesOf = (choices: InputField["choices"]): Choice[] | undefined =>
  choices?.map((choice) =>
    typeof choice === "string" ? { label: choice, value: choice } : { label: choice.label, value: choice.value },
  );

/** Leaves out what is undefined: optional members are absent in JSON. */
const defined = (members: object): object =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));

function describeField(id: string, field: Partial<InputField>): ActionField {
  const { label = id, description = "", type = "string", required = false, properties } = field;
  return {
    id,
    label,
    type,
    description,
    required,
    multiple: field.multiple === true,
    allowNull: field.allowNull === true,
    additionalProperties: field.additionalProperties === true,
    dynamic: field.dynamic === true,
    hidden: field.unsafe_hidden === true,
    ...defined({
      defaultValue: field.default,
      choices: choicesOf(field.choices),
      properties:
        properties === undefined
          ? undefined
          : Object.entries(properties).map(([key, property]) => describeField(key, property)),
      format: field.format,
      readOnly: field.readOnly,
      category: field.category,
      dependsOn: field.depends_on,
    }),
  } as ActionField;
}

const BATCH_FIELDS: Readonly<Record<string, Partial<InputField>>> = {
  enable_batching: {
    label: "Send in batches",
    type: "boolean",
    description: "Several events go to the destination in one request.",
    default: false,
  },
  batch_size: {
    label: "Events per batch",
    type: "integer",
    description: "Most events of one request.",
    unsafe_hidden: true,
  },
};

/** A choice that is kept in the mapping beside the fields (destinations.md §7.3). */
const syncModeField = ({ label, description, choices, default: mode }: NonNullable<Action["syncMode"]>) => ({
  label,
  description,
  type: "string" as const,
  choices,
  default: mode,
});

/** What Segment's console does when a mapping is saved; here its results are filled in by hand. */
const hookField = (hook: NonNullable<NonNullable<Action["hooks"]>["onMappingSave"]>): Partial<InputField> => ({
  label: hook.label,
  description: `${hook.description} Inlet does not run this step; fill in what it would have found or made.`,
  type: "object",
  properties: {
    outputs: {
      label: "Results",
      description: "What the step would have given.",
      type: "object",
      additionalProperties: true,
      properties: Object.fromEntries(
        Object.entries(hook.outputTypes ?? {}).map(([key, { label, description }]) => [
          key,
          { label, description, type: "string" as const },
        ]),
      ),
    },
  },
});

/** The action's own fields, and those that Segment's console adds, by key. */
export function fieldsOf(action: Action): Record<string, Partial<InputField>> {
  const { fields, performBatch, syncMode, hooks } = action;
  const own = fields as Record<string, InputField>;
  const added: Record<string, Partial<InputField>> = {};
  if (performBatch !== undefined) {
    for (const [key, field] of Object.entries(BATCH_FIELDS)) if (!(key in own)) added[key] = field;
  }
  if (syncMode !== undefined) added["__segment_internal_sync_mode"] = syncModeField(syncMode);
  for (const type of ["onMappingSave", "retlOnMappingSave"] as const) {
    const hook = hooks?.[type];
    if (hook !== undefined) added[type] = hookField(hook);
  }
  return { ...own, ...added };
}

/** An action as the console and the API show it. */
export function describeAction(id: string, action: Action): ActionKind {
  const { title, description, platform = "cloud", hidden = false, defaultSubscription = null, performBatch } = action;
  const fields = Object.entries(fieldsOf(action)).map(([key, field]) => describeField(key, field));
  const batches = performBatch !== undefined;
  return {
    id,
    slug: id,
    name: title,
    description,
    platform,
    hidden,
    defaultTrigger: defaultSubscription,
    batches,
    fields,
  };
}

/**
 * The mapping that the defaults of an action's fields make. Nothing applies them when an event is sent, so they are
 * written into every ready-made mapping.
 */
export const defaultMapping = (action: Action): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fieldsOf(action)).flatMap(([key, field]) =>
      field.default === undefined ? [] : [[key, field.default]],
    ),
  );
