import * as z from "zod";
import type { Changes } from "./changes.ts";
import type { FilterRecord } from "./filter-record.ts";
import { RetentionDays } from "./retention.ts";
import { SourceSettings, SourceSettingsPatch, type SourceContext } from "./source.ts";
import type { SubscriptionInput, SubscriptionRecord } from "./subscription.ts";

/** How much one workspace may hold: keeps the directory well below the 32 MiB of one RPC answer. */
export const CATALOG_LIMITS = {
  sources: 2000,
  destinations: 2000,
  sourcesPerDestination: 100,
  subscriptionsPerDestination: 200,
  filtersPerDestination: 10,
  consentCategoriesPerDestination: 50,
  tokens: 100,
  writeKeysPerSource: 10,
  /** Opened with one token, the admin token or an API token. */
  sessionsPerToken: 100,
} as const;

/** Why the Catalog did not do what was asked; the control plane turns it into a status and an error envelope. */
export interface Refusal {
  readonly type: "not_found" | "conflict" | "invalid";
  readonly message: string;
  readonly field?: string;
}
export const refuse = (type: Refusal["type"], message: string, field?: string): Refusal =>
  field === undefined ? { type, message } : { type, message, field };

/** What somebody calls a thing that is configured. */
export const Name = z.string().trim().min(1).max(120);

const Budget = z.number().min(0.01).max(1_000_000).nullable();

export const Workspace = z.object({
  id: z.string(),
  slug: z.string(),
  name: Name,
  /** How long archived events and dead letters are kept; a source's own setting goes before it. */
  retentionDays: RetentionDays.default(0),
  /** Dollars a month that the cost meter's projection should stay below; null: nobody minds. */
  budgetDollars: Budget.default(null),
});
export type Workspace = z.infer<typeof Workspace>;

export const WorkspacePatch = z
  .strictObject({
    name: Workspace.shape.name.optional(),
    retentionDays: RetentionDays.optional(),
    budgetDollars: Budget.optional(),
  })
  .refine((patch) => Object.keys(patch).length > 0, "Nothing to change is named.");
export type WorkspacePatch = z.infer<typeof WorkspacePatch>;

/** `environment: dev | prod` and the like (Public API shape, delivery.md §5.6). */
export const Label = z.object({
  key: z.string().min(1).max(64),
  value: z.string().min(1).max(64),
  description: z.string().max(300).optional(),
});
export type Label = z.infer<typeof Label>;

export const Slug = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?$/, "lower-case letters, digits, - and _, at most 64");

/** A write key is public: it names a source, it proves nothing. `expiresAt` (ms) ends a rotation's overlap. */
export const WriteKey = z.object({
  key: z.string(),
  createdAt: z.int(),
  expiresAt: z.int().optional(),
});
export type WriteKey = z.infer<typeof WriteKey>;

/** What kind of thing sends: shown as an icon and as the first set-up tab. */
export const SourceKind = z.enum(["javascript", "server", "mobile", "email", "demo"]);
export type SourceKind = z.infer<typeof SourceKind>;

/** One value per key (delivery.md §5.6). */
export const Labels = z
  .array(Label)
  .max(20)
  .refine((labels) => new Set(labels.map((label) => label.key)).size === labels.length, "one value per label key");

/** One source as the Catalog keeps it. Times are ms since epoch. `linkKey` is sealed at rest, never returned. */
export const SourceRecord = z.object({
  id: z.string(),
  slug: Slug,
  name: Name,
  enabled: z.boolean(),
  kind: SourceKind,
  labels: Labels,
  writeKeys: z.array(WriteKey).min(1).max(CATALOG_LIMITS.writeKeysPerSource),
  settings: SourceSettings,
  epoch: z.int(),
  previous: z.object({ shards: z.int(), until: z.int() }).optional(),
  sealedLinkKey: z.string(),
  createdAt: z.int(),
  updatedAt: z.int(),
});
export type SourceRecord = z.infer<typeof SourceRecord>;

/** A source as it may leave the Catalog: without its link key. */
export type SourceView = Omit<SourceRecord, "sealedLinkKey">;

/** What a new source is made of; the slug is made from the name when it is absent. */
export const SourceInput = z.object({
  name: Name,
  slug: Slug.optional(),
  kind: SourceKind.default("javascript"),
  enabled: z.boolean().default(true),
  labels: Labels.default([]),
  settings: SourceSettingsPatch.prefault({}),
});
export type SourceInput = z.infer<typeof SourceInput>;

export const SourcePatch = z.object({
  name: Name.optional(),
  slug: Slug.optional(),
  enabled: z.boolean().optional(),
  kind: SourceKind.optional(),
  settings: SourceSettingsPatch.optional(),
});
export type SourcePatch = z.infer<typeof SourcePatch>;

/** What one setting of a destination may hold: flat, so that it can be shown, stored and sent as it is. */
export const SettingValue = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
  z.array(z.string()),
  z.record(z.string(), z.string()),
]);
export type SettingValue = z.infer<typeof SettingValue>;

/** Settings of a destination or warehouse, by the names of its kind's fields. */
export const SettingValues = z.record(z.string(), SettingValue);

/** The id of a consent category: case-sensitive, no digit first (quality.md §4.10). */
export const ConsentCategory = z.string().regex(/^\D.{0,33}$/su, "1 to 34 characters, the first no digit");

/** A configured destination. `settings` holds plain values; secret ones are sealed in `sealed`. */
export const DestinationRecord = z.object({
  id: z.string(),
  name: Name,
  /** Which kind it is: its code is found by this. */
  metadataId: z.string(),
  integrationName: z.string(),
  /** Whose events it gets. */
  sourceIds: z.array(z.string()).min(1).max(CATALOG_LIMITS.sourcesPerDestination),
  enabled: z.boolean(),
  /** A visitor's consent to all of these is needed; none needed when empty. */
  consentCategories: z.array(ConsentCategory).max(CATALOG_LIMITS.consentCategoriesPerDestination),
  settings: SettingValues,
  sealed: z.record(z.string(), z.string()),
  createdAt: z.int(),
  updatedAt: z.int(),
});
export type DestinationRecord = z.infer<typeof DestinationRecord>;

/** A destination as it may leave the Catalog: `secrets` says which secret fields hold a value, never which one. */
export type DestinationView = Omit<DestinationRecord, "sealed"> & {
  readonly secrets: Readonly<Record<string, boolean>>;
};

/** A new or changed destination. The caller has split the definition's secret fields off; `null` clears one. */
export interface DestinationInput {
  readonly sourceIds: readonly string[];
  readonly metadataId: string;
  /** The definition's display name, used in an event's `integrations` object. */
  readonly integrationName: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly consentCategories: readonly string[];
  readonly settings: Readonly<Record<string, SettingValue>>;
  readonly secrets: Readonly<Record<string, string | null>>;
  /** Made together with it: the automatic presets of its kind. */
  readonly subscriptions: readonly SubscriptionInput[];
}
/** What is named changes. */
export type DestinationPatch = Changes<Omit<DestinationInput, "metadataId" | "integrationName" | "subscriptions">>;

/** What one delivery needs: the settings with the secret ones opened. `unreadable` fields were sealed with another key. */
export interface OpenDestination {
  readonly destination: DestinationContext;
  readonly settings: Readonly<Record<string, SettingValue>>;
  readonly unreadable: readonly string[];
  /** All of them, also those that are off, in the order they were made. */
  readonly subscriptions: readonly SubscriptionRecord[];
  readonly filters: readonly FilterRecord[];
  readonly consentCategories: readonly string[];
  /** When the destination was made (ms since epoch). */
  readonly createdAt: number;
}

/** `owner` may do everything; `viewer` reads whatever shows no secret, changes nothing and starts nothing. */
export const Role = z.enum(["owner", "viewer"]);
export type Role = z.infer<typeof Role>;

/** An API token without its secret, of which only a SHA-256 hash is kept. Times are ms since epoch. */
export const TokenRecord = z.object({
  id: z.string(),
  name: Name,
  /** Tokens made before there were roles are owners. */
  role: Role.default("owner"),
  createdAt: z.int(),
  lastUsedAt: z.int().optional(),
});
export type TokenRecord = z.infer<typeof TokenRecord>;

/** Who asks: the admin token, an API token or a browser that signed in with either. */
export interface Identity {
  readonly via: "admin" | "token" | "session";
  readonly role: Role;
  /** ms since epoch; sessions only. */
  readonly expiresAt?: number;
}

/** What a request brought along; a bearer token wins over a session. `address` is who is slowed when it is wrong. */
export interface Credentials {
  readonly bearer?: string | undefined;
  readonly session?: string | undefined;
  readonly address: string;
}

/** `limited`: too many wrong secrets from this address within a minute; nothing was compared. */
export type AccessResult =
  | { readonly status: "granted"; readonly identity: Identity }
  | { readonly status: "denied" }
  | { readonly status: "limited"; readonly retryAfterMs: number };

/** What routing knows of a destination: no settings, no secrets. */
export interface DestinationContext {
  readonly id: string;
  readonly name: string;
  /** The name used in an event's `integrations` object: the definition's display name. */
  readonly integrationName: string;
  readonly metadataId: string;
  readonly sourceIds: readonly string[];
  readonly enabled: boolean;
}

/** Everything the edge needs, in one answer: isolates cache it for seconds and serve it stale when cut off. */
export interface Directory {
  readonly version: number;
  readonly sources: readonly SourceContext[];
  readonly destinations: readonly DestinationContext[];
}
