import { env } from "cloudflare:workers";
import type { SegmentFacts } from "../../src/core/archive-index.ts";
import { segmentKey, utcDay } from "../../src/core/archive-key.ts";
import { kindOfLine, packKinds } from "../../src/core/event-kind.ts";
import { intakeName, type SegmentPointer } from "../../src/core/intake.ts";
import type { SourceRoute } from "../../src/core/source.ts";
import type { ArchiveIndex } from "../../src/worker.ts";

export const indexOf = (sourceId: string): DurableObjectStub<ArchiveIndex> => env.ARCHIVE_INDEX.getByName(sourceId);

export const newSourceId = (): string => `src_${crypto.randomUUID()}`;

/** Facts of events that all came at one time, ms since epoch. */
export const factsAt = (at: number, more: Partial<SegmentFacts> = {}): SegmentFacts => ({
  hour: Math.floor(at / 3_600_000) * 3_600_000,
  bytes: 1000,
  firstAt: at,
  lastAt: at,
  kinds: [{ kind: { type: "track", name: "Tested" }, count: 10 }],
  ...more,
});

/** A pointer to a segment of ten events, as queues/events gets it. */
export function segmentPointer(sourceId: string, segment: number, facts: SegmentFacts, shard = 0): SegmentPointer {
  const key = segmentKey(sourceId, utcDay(facts.hour), shard, segment);
  return { sourceId, shard, segment, key, count: 10, facts };
}

/** Events received at `receivedAt`, through the shard's real Intake; their ids. */
export async function append(route: SourceRoute, receivedAt: number, events: readonly string[], shard = 0) {
  const ids = events.map(() => crypto.randomUUID());
  const lines = events.map((event, i) =>
    JSON.stringify({ type: "track", event, messageId: ids[i], receivedAt: new Date(receivedAt).toISOString() }),
  );
  const kinds = packKinds(lines.map(kindOfLine));
  await env.INTAKE.getByName(intakeName(route.sourceId, shard)).append({ route, shard, receivedAt, ids, lines, kinds });
  return ids;
}
