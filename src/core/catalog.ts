import * as z from "zod";
import { SourceSettings, type SourceContext } from "./source.ts";

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

/** One source as the Catalog keeps it. Times are ms since epoch. `linkKey` is sealed at rest, never returned. */
export const SourceRecord = z.object({
  id: z.string(),
  slug: Slug,
  name: z.string().min(1).max(120),
  enabled: z.boolean(),
  /** What kind of thing sends: shown as an icon and as the first set-up tab. */
  kind: z.enum(["javascript", "server", "mobile", "email", "demo"]),
  labels: z.array(Label).max(20),
  writeKeys: z.array(WriteKey).min(1).max(10),
  settings: SourceSettings,
  epoch: z.int(),
  previous: z.object({ shards: z.int(), until: z.int() }).optional(),
  sealedLinkKey: z.string(),
  createdAt: z.int(),
  updatedAt: z.int(),
});
export type SourceRecord = z.infer<typeof SourceRecord>;

/** A configured destination. `settings` holds plain values; secret ones are sealed in `sealed`. */
export const DestinationRecord = z.object({
  id: z.string(),
  name: z.string().min(1).max(120),
  /** Which definition of src/destinations runs it: "webhook" for now. */
  metadataId: z.string(),
  sourceId: z.string(),
  enabled: z.boolean(),
  settings: z.record(z.string(), z.unknown()),
  sealed: z.record(z.string(), z.string()),
  createdAt: z.int(),
  updatedAt: z.int(),
});
export type DestinationRecord = z.infer<typeof DestinationRecord>;

/** What routing knows of a destination: no settings, no secrets. */
export interface DestinationContext {
  readonly id: string;
  readonly name: string;
  /** The name used in an event's `integrations` object: the definition's display name. */
  readonly integrationName: string;
  readonly metadataId: string;
  readonly sourceId: string;
  readonly enabled: boolean;
}

/** Everything the edge needs, in one answer: isolates cache it for seconds and serve it stale when cut off. */
export interface Directory {
  readonly version: number;
  readonly sources: readonly SourceContext[];
  readonly destinations: readonly DestinationContext[];
}
