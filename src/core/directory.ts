import type { DestinationContext, DestinationRecord, SourceRecord } from "./catalog.ts";
import { HOUR_MS } from "./durations.ts";
import type { SourceContext, SourceRoute } from "./source.ts";
import { liveKeys } from "./source-change.ts";

/** Where a source's events go, as its settings stand at `now`. */
export function routeOf(source: SourceRecord, now: number): SourceRoute {
  const { settings, previous } = source;
  return {
    sourceId: source.id,
    shards: settings.shards,
    epoch: source.epoch,
    ...(previous !== undefined && previous.until > now ? { previous } : {}),
    windowMs: settings.dedupWindowHours * HOUR_MS,
    drainAfterMs: settings.drain.afterMs,
    drainAfterBytes: settings.drain.afterBytes,
  };
}

/** What the edge knows of a source. `linkKey` is the opened one, base64url. */
export function compileSource(source: SourceRecord, linkKey: string, now: number): SourceContext {
  const { archive: _archive, exports: _exports, ...settings } = source.settings;
  return {
    id: source.id,
    slug: source.slug,
    enabled: source.enabled,
    writeKeys: liveKeys(source.writeKeys, now).map((key) => key.key),
    settings,
    route: routeOf(source, now),
    linkKey,
  };
}

/** What routing knows of a destination: neither settings nor secrets. */
export function compileDestination(destination: DestinationRecord): DestinationContext {
  const { id, name, integrationName, metadataId, sourceIds, enabled } = destination;
  return { id, name, integrationName, metadataId, sourceIds, enabled };
}

/**
 * The next moment (ms) at which the compiled directory changes by itself: a write key ends, or a previous shard
 * layout need not be consulted any more. `undefined` when nothing is going to end.
 */
export function nextExpiry(sources: readonly SourceRecord[], now: number): number | undefined {
  const ends = sources.flatMap((source) => [...source.writeKeys.map((key) => key.expiresAt), source.previous?.until]);
  const coming = ends.filter((at): at is number => at !== undefined && at > now);
  return coming.length === 0 ? undefined : coming.reduce((a, b) => Math.min(a, b));
}
