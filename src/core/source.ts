import * as z from "zod";
import { ExportSettings, ExportSettingsPatch } from "./export-settings.ts";
import { RetentionDays } from "./retention.ts";

/** Requests a minute a source may make per Cloudflare location; "off" asks nothing. */
export const RateLimit = z.enum(["off", "600", "6000", "60000"]);
export type RateLimit = z.infer<typeof RateLimit>;

/** `https://shop.example`, `https://*.example.com`, `capacitor://localhost`: scheme, host, optional port, no path. */
const AllowedOrigin = z
  .string()
  .max(300)
  .regex(
    /^[a-z][a-z0-9+.-]*:\/\/(?:\*\.)?(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:]+\])(?::\d{1,5})?$/i,
    "an origin such as https://shop.example or https://*.example.com",
  );

const fields = {
  allowedOrigins: z.array(AllowedOrigin).max(100),
  serverCookie: z.boolean(),
  dedupWindowHours: z.int().min(24).max(720),
  shards: z
    .int()
    .min(1)
    .max(256)
    .refine((k) => (k & (k - 1)) === 0, "must be a power of two"),
};
const batching = {
  enabled: z.boolean(),
  size: z.int().min(1).max(100),
  timeoutMs: z.int().min(100).max(60_000),
};
const drain = {
  afterMs: z.int().min(200).max(300_000),
  afterBytes: z.int().min(10_000).max(4_000_000),
};

const archive = {
  /** Days; 0 is for ever; null: as the workspace says. */
  retentionDays: RetentionDays.nullable(),
};

/** What a source's owner may set. Every field has the default a new source starts with. */
export const SourceSettings = z.object({
  /** Browser origins that may send (`https://shop.example`, `https://*.example.com`); empty = any. */
  allowedOrigins: fields.allowedOrigins.default([]),
  rateLimit: RateLimit.default("off"),
  /** How analytics.js sends: the largest saving an operator has (16× fewer billed requests at 20 a call). */
  batching: z
    .object({
      enabled: batching.enabled.default(true),
      size: batching.size.default(10),
      timeoutMs: batching.timeoutMs.default(1000),
    })
    .prefault({}),
  /** Keep the anonymous id in an HttpOnly first-party cookie as well (outlives ITP's cap on script cookies). */
  serverCookie: fields.serverCookie.default(false),
  /** How long a messageId is remembered; a later copy within it is a duplicate. */
  dedupWindowHours: fields.dedupWindowHours.default(24),
  /** Intake objects the source is spread over; a power of two. */
  shards: fields.shards.default(1),
  drain: z
    .object({
      afterMs: drain.afterMs.default(2000),
      afterBytes: drain.afterBytes.default(4_000_000),
    })
    .prefault({}),
  /** How long its events are kept. */
  archive: z.object({ retentionDays: archive.retentionDays.default(null) }).prefault({}),
  /** Its warehouse tables. */
  exports: ExportSettings.prefault({}),
});
export type SourceSettings = z.infer<typeof SourceSettings>;

/**
 * A change of settings: only what is named changes, at both levels; an unknown name is refused.
 * Written out because zod's `partial()` still fills defaults in, which would reset what was not named.
 */
export const SourceSettingsPatch = z.strictObject({
  allowedOrigins: fields.allowedOrigins.optional(),
  rateLimit: RateLimit.optional(),
  batching: z.strictObject(batching).partial().optional(),
  serverCookie: fields.serverCookie.optional(),
  dedupWindowHours: fields.dedupWindowHours.optional(),
  shards: fields.shards.optional(),
  drain: z.strictObject(drain).partial().optional(),
  archive: z.strictObject(archive).partial().optional(),
  exports: ExportSettingsPatch.optional(),
});
export type SourceSettingsPatch = z.infer<typeof SourceSettingsPatch>;

/** The part that the collecting edge needs; the rest may be long and would be in every isolate. */
export type CollectSettings = Omit<SourceSettings, "archive" | "exports">;

/** The part of a source that Intake needs with each append: where its events live and how long ids are kept. */
export interface SourceRoute {
  readonly sourceId: string;
  readonly shards: number;
  /** Grows by one whenever `shards` changes: an object that has seen a newer epoch refuses an older one. */
  readonly epoch: number;
  /** The shard count before the last change, consulted until `until` (ms) so that no duplicate slips through. */
  readonly previous?: { readonly shards: number; readonly until: number };
  readonly windowMs: number;
  readonly drainAfterMs: number;
  readonly drainAfterBytes: number;
}

/** What the collecting edge knows of one source: compiled by the Catalog, cached in the isolate for seconds. */
export interface SourceContext {
  readonly id: string;
  readonly slug: string;
  readonly enabled: boolean;
  /** Every key that is valid now; more than one while a rotation overlaps. */
  readonly writeKeys: readonly string[];
  readonly settings: CollectSettings;
  readonly route: SourceRoute;
  /** Base64url HMAC-SHA-256 key that signs this source's click redirects. */
  readonly linkKey: string;
}
