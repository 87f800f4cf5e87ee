import * as z from "zod";
import { Mapping } from "./subscription.ts";

/** One of the values a field may have; `value` is what is stored. */
export const Choice = z.object({ label: z.string(), value: z.union([z.string(), z.number()]) });
export type Choice = z.infer<typeof Choice>;

/** When a field is needed, or shown: by the values of other fields (destinations.md §7.2). */
export const FieldConditions = z.object({
  match: z.enum(["any", "all"]).optional(),
  conditions: z.array(
    z.object({
      fieldKey: z.string().optional(),
      type: z.enum(["field", "syncMode"]).optional(),
      operator: z.enum(["is", "is_not"]),
      /** Absent: whether there is a value at all. */
      value: z.unknown().optional(),
    }),
  ),
});
export type FieldConditions = z.infer<typeof FieldConditions>;

const Required = z.union([z.boolean(), FieldConditions]);

/** One setting of a destination as the console asks for it (Public API: a catalogue option, delivery.md §5.8). */
export const DestinationField = z.object({
  name: z.string(),
  label: z.string(),
  /** `text`: several lines. `map`: text by name. Secret fields are `string` or `text`. */
  type: z.enum(["string", "text", "select", "map", "boolean", "number"]),
  required: Required,
  description: z.string(),
  /** Sealed at rest, never returned. */
  secret: z.boolean(),
  choices: z.array(Choice).readonly().optional(),
  multiple: z.boolean().optional(),
  defaultValue: z.unknown().optional(),
  /** Heading under which a form shows it. */
  group: z.string().optional(),
  /** Shown only when these hold. */
  dependsOn: FieldConditions.optional(),
});
export type DestinationField = z.infer<typeof DestinationField>;

/** One field of an action's payload. `defaultValue`: a literal or a directive, copied into a new mapping. */
export const ActionField = z.object({
  /** The key in the mapping. */
  id: z.string(),
  label: z.string(),
  type: z.enum(["string", "text", "number", "integer", "datetime", "boolean", "password", "object"]),
  description: z.string(),
  required: Required,
  multiple: z.boolean(),
  allowNull: z.boolean(),
  defaultValue: z.unknown().optional(),
  choices: z.array(Choice).readonly().optional(),
  get properties(): z.ZodOptional<z.ZodArray<typeof ActionField>> {
    return z.array(ActionField).optional();
  },
  additionalProperties: z.boolean(),
  /** Segment's console asks the destination for its choices; here it is a plain field. */
  dynamic: z.boolean(),
  hidden: z.boolean(),
  format: z.string().optional(),
  readOnly: z.boolean().optional(),
  category: z.string().optional(),
  dependsOn: FieldConditions.optional(),
});
export type ActionField = z.infer<typeof ActionField>;

export const ActionKind = z.object({
  /** The action's key in its definition. */
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  description: z.string(),
  platform: z.enum(["cloud", "web"]),
  hidden: z.boolean(),
  defaultTrigger: z.string().nullable(),
  /** Several events can go in one request. */
  batches: z.boolean(),
  fields: z.array(ActionField),
});
export type ActionKind = z.infer<typeof ActionKind>;

/** A ready-made subscription. `mapping` is complete: the defaults of the action's fields are written into it. */
export const PresetKind = z.object({
  actionId: z.string(),
  name: z.string(),
  mapping: Mapping,
  trigger: z.string().nullable(),
  type: z.enum(["automatic", "specificEvent"]),
  eventSlug: z.string().optional(),
});
export type PresetKind = z.infer<typeof PresetKind>;

/** What a list of kinds needs to know of one. */
export const KindSummary = z.object({
  /** The metadataId of the Public API: Segment's 24 hex digits, or a word for our own. */
  id: z.string(),
  slug: z.string(),
  /** Display name: the key that addresses it in an event's `integrations`. */
  name: z.string(),
  description: z.string(),
  categories: z.array(z.string()),
  available: z.boolean(),
  unavailableReason: z.string().optional(),
  authScheme: z.enum(["custom", "basic", "oauth2", "oauth-managed", "none"]),
  /** How many it has. */
  actions: z.int(),
});
export type KindSummary = z.infer<typeof KindSummary>;

/** What is known of a kind of destination without running its code: plain JSON. */
export const DestinationKind = KindSummary.omit({ actions: true }).extend({
  website: z.string().optional(),
  /** What it cannot do here, and which secrets it needs from the environment. */
  notes: z.array(z.string()),
  testsAuthentication: z.boolean(),
  fields: z.array(DestinationField),
  actions: z.array(ActionKind),
  presets: z.array(PresetKind),
  /** The automatic presets of a new destination start enabled: our own kinds, which do one obvious thing. */
  startsEnabled: z.boolean(),
});
export type DestinationKind = z.infer<typeof DestinationKind>;

/** The kind as a list shows it. */
export const summarise = (kind: DestinationKind): KindSummary => {
  const { id, slug, name, description, categories, available, unavailableReason, authScheme, actions } = kind;
  return {
    id,
    slug,
    name,
    description,
    categories,
    available,
    ...(unavailableReason === undefined ? {} : { unavailableReason }),
    authScheme,
    actions: actions.length,
  };
};
