import type { ActionDefinition, InputField } from "@segment/actions-core";
import type { ActionField, ActionKind } from "../../core/destination-kind.ts";

const choiceOf = (choice: string | { label: string; value: string | number }) =>
  typeof choice === "string" ? { label: choice, value: choice } : { label: choice.label, value: choice.value };

function describeField(id: string, field: InputField): ActionField {
  return {
    id,
    label: field.label,
    type: field.type,
    description: field.description,
    required: field.required === true,
    multiple: field.multiple === true,
    allowNull: field.allowNull === true,
    ...(field.default === undefined ? {} : { defaultValue: field.default }),
    ...(field.choices === undefined ? {} : { choices: field.choices.map(choiceOf) }),
    additionalProperties: field.additionalProperties === true,
    dynamic: false,
    hidden: field.unsafe_hidden === true,
    ...(field.depends_on === undefined ? {} : { dependsOn: field.depends_on }),
  };
}

/** An action of ours as the console and the API show it. */
export function describeAction<Settings>(id: string, action: ActionDefinition<Settings>): ActionKind {
  return {
    id,
    slug: id,
    name: action.title,
    description: action.description,
    platform: "cloud",
    hidden: false,
    defaultTrigger: action.defaultSubscription ?? null,
    batches: action.performBatch !== undefined,
    fields: Object.entries(action.fields).map(([key, field]) => describeField(key, field as InputField)),
  };
}
