import * as z from "zod";
import {
  type ActionField,
  type ActionKind,
  type DestinationField,
  type DestinationKind,
  FieldConditions,
  type KindSummary,
  type PresetKind,
} from "../core/destination-kind.ts";

/** We have nobody's logo; the Public API's shape wants a text. */
export const Logos = z.object({ default: z.string(), mark: z.string().nullable(), alt: z.string().nullable() });
export const NO_LOGOS: z.infer<typeof Logos> = { default: "", mark: null, alt: null };

/** A setting as the Public API shows it (delivery.md §5.8), and what it lacks: secret, choices, requiredWhen. */
export const Option = z.object({
  name: z.string(),
  type: z.string(),
  required: z.boolean(),
  /** When `required` is false, what makes it needed after all. */
  requiredWhen: FieldConditions.optional(),
  description: z.string(),
  label: z.string(),
  defaultValue: z.unknown().optional(),
  secret: z.boolean(),
  choices: z.array(z.object({ label: z.string(), value: z.union([z.string(), z.number()]) })).optional(),
});

const Field = z.object({
  id: z.string(),
  sortOrder: z.int(),
  fieldKey: z.string(),
  label: z.string(),
  type: z.string(),
  description: z.string(),
  defaultValue: z.unknown().optional(),
  required: z.boolean(),
  multiple: z.boolean(),
  choices: z.unknown(),
  dynamic: z.boolean(),
  allowNull: z.boolean(),
});
const Action = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  description: z.string(),
  platform: z.enum(["CLOUD", "WEB"]),
  hidden: z.boolean(),
  defaultTrigger: z.string().nullable(),
  fields: z.array(Field),
});
const Preset = z.object({
  actionId: z.string(),
  name: z.string(),
  fields: z.record(z.string(), z.unknown()),
  trigger: z.string(),
});

/** What names a kind: part of every destination. */
export const KindFacts = z.object({
  id: z.string(),
  name: z.string(),
  slug: z.string(),
  description: z.string(),
  logos: Logos,
  categories: z.array(z.string()),
  status: z.enum(["PUBLIC", "UNAVAILABLE"]),
});

/** A kind as the Public API shows it (delivery.md §5.8). `unavailableReason` says why it cannot run here. */
export const Metadata = KindFacts.extend({
  website: z.string(),
  options: z.array(Option),
  previousNames: z.array(z.string()),
  components: z.array(z.object({ type: z.enum(["SERVER"]), code: z.string() })),
  supportedFeatures: z.object({
    cloudModeInstances: z.enum(["MULTIPLE", "NONE"]),
    deviceModeInstances: z.enum(["NONE"]),
    replay: z.boolean(),
    browserUnbundling: z.boolean(),
    browserUnbundlingPublic: z.boolean(),
  }),
  supportedMethods: z.object({
    pageview: z.boolean(),
    identify: z.boolean(),
    alias: z.boolean(),
    track: z.boolean(),
    group: z.boolean(),
  }),
  supportedPlatforms: z.object({
    browser: z.boolean(),
    server: z.boolean(),
    mobile: z.boolean(),
    warehouse: z.boolean(),
    cloudAppObject: z.boolean(),
  }),
  actions: z.array(Action),
  presets: z.array(Preset),
  unavailableReason: z.string().optional(),
});
export type Metadata = z.infer<typeof Metadata>;

export const showOption = (field: DestinationField): z.infer<typeof Option> => ({
  name: field.name,
  type: field.type,
  // Needed only under conditions is not needed as such.
  required: field.required === true,
  ...(typeof field.required === "boolean" ? {} : { requiredWhen: field.required }),
  description: field.description,
  label: field.label,
  secret: field.secret,
  ...(field.defaultValue === undefined ? {} : { defaultValue: field.defaultValue }),
  ...(field.choices === undefined ? {} : { choices: [...field.choices] }),
});

const showField = (field: ActionField, sortOrder: number): z.infer<typeof Field> => ({
  id: field.id,
  sortOrder,
  fieldKey: field.id,
  label: field.label,
  type: field.hidden ? "HIDDEN" : field.type.toUpperCase(),
  description: field.description,
  ...(field.defaultValue === undefined ? {} : { defaultValue: field.defaultValue }),
  required: field.required === true,
  multiple: field.multiple,
  choices: field.choices ?? null,
  dynamic: field.dynamic,
  allowNull: field.allowNull,
});

const showAction = ({ platform, fields, ...action }: ActionKind): z.infer<typeof Action> => ({
  id: action.id,
  slug: action.slug,
  name: action.name,
  description: action.description,
  platform: platform === "cloud" ? "CLOUD" : "WEB",
  hidden: action.hidden,
  defaultTrigger: action.defaultTrigger,
  fields: fields.map(showField),
});

const showPreset = ({ actionId, name, mapping, trigger }: PresetKind): z.infer<typeof Preset> => ({
  actionId,
  name,
  fields: mapping,
  trigger: trigger ?? "",
});

/** What names a kind, of its details or of its entry in the index. */
export const showFacts = (kind: Omit<KindSummary, "actions">): z.infer<typeof KindFacts> => ({
  id: kind.id,
  name: kind.name,
  slug: kind.slug,
  description: kind.description,
  logos: NO_LOGOS,
  categories: [...kind.categories],
  status: kind.available ? "PUBLIC" : "UNAVAILABLE",
});

/** Everything runs on the server, gets every kind of call, and decides by its mappings what to do with it. */
export const showKind = (kind: DestinationKind): Metadata => ({
  ...showFacts(kind),
  website: kind.website ?? "",
  options: kind.fields.map(showOption),
  previousNames: [kind.name],
  components: [],
  supportedFeatures: {
    cloudModeInstances: kind.available ? "MULTIPLE" : "NONE",
    deviceModeInstances: "NONE",
    replay: kind.available,
    browserUnbundling: false,
    browserUnbundlingPublic: false,
  },
  supportedMethods: { pageview: true, identify: true, alias: true, track: true, group: true },
  supportedPlatforms: { browser: true, server: true, mobile: true, warehouse: false, cloudAppObject: false },
  actions: kind.actions.map(showAction),
  presets: kind.presets.map(showPreset),
  ...(kind.unavailableReason === undefined ? {} : { unavailableReason: kind.unavailableReason }),
});
