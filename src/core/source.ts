import * as z from "zod";

/** Requests a minute a source may make per Cloudflare location; "off" asks nothing. */
export const RateLimit = z.enum(["off", "600", "6000", "60000"]);
export type RateLimit = z.infer<typeof RateLimit>;

/** What a source's owner may set. Every field has the default a new source starts with. */
export const SourceSettings = z.object({
  /** Browser origins that may send (`https://shop.example`, `https://*.example.com`); empty = any. */
  allowedOrigins: z.array(z.string().max(300)).max(100).default([]),
  rateLimit: RateLimit.default("off"),
  /** How analytics.js sends: the largest saving an operator has (16× fewer billed requests at 20 a call). */
  batching: z
    .object({
      enabled: z.boolean().default(true),
      size: z.int().min(1).max(100).default(10),
      timeoutMs: z.int().min(100).max(60_000).default(1000),
    })
    .prefault({}),
  /** Keep the anonymous id in an HttpOnly first-party cookie as well (outlives ITP's cap on script cookies). */
  serverCookie: z.boolean().default(false),
  /** How long a messageId is remembered; a later copy within it is a duplicate. */
  dedupWindowHours: z.int().min(24).max(720).default(24),
  /** Intake objects the source is spread over; a power of two. */
  shards: z
    .int()
    .min(1)
    .max(256)
    .refine((k) => (k & (k - 1)) === 0, "must be a power of two")
    .default(1),
  drain: z
    .object({
      afterMs: z.int().min(200).max(60_000).default(2000),
      afterBytes: z.int().min(10_000).max(4_000_000).default(1_000_000),
    })
    .prefault({}),
});
export type SourceSettings = z.infer<typeof SourceSettings>;

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
  readonly settings: SourceSettings;
  readonly route: SourceRoute;
  /** Base64url HMAC-SHA-256 key that signs this source's click redirects. */
  readonly linkKey: string;
}
