import { env } from "cloudflare:workers";
import { kindOfLine, packKinds } from "../../src/core/event-kind.ts";
import { intakeName, shardOf, type AppendBatch } from "../../src/core/intake.ts";
import type { SourceRoute } from "../../src/core/source.ts";
import type { Intake } from "../../src/worker.ts";

/** A route whose drain never comes by itself within a test: tests drain by running the alarm. */
export function testRoute(overrides: Partial<SourceRoute> = {}): SourceRoute {
  return {
    sourceId: `src_${crypto.randomUUID()}`,
    shards: 1,
    epoch: 1,
    windowMs: 24 * 3_600_000,
    drainAfterMs: 3_600_000,
    drainAfterBytes: 100_000_000,
    ...overrides,
  };
}

/** One line as the collector would store it. */
export const testLine = (messageId: string): string =>
  JSON.stringify({ type: "track", event: "Tested", messageId, userId: "u1", context: {}, integrations: {} });

export function testBatch(route: SourceRoute, ids: readonly string[], shard = 0): AppendBatch {
  return {
    route,
    shard,
    receivedAt: Date.now(),
    ids,
    lines: ids.map(testLine),
    kinds: packKinds(ids.map((id) => kindOfLine(testLine(id)))),
  };
}

export const intakeOf = (route: SourceRoute, shard = 0): DurableObjectStub<Intake> =>
  env.INTAKE.getByName(intakeName(route.sourceId, shard));

/** Ids that fall into `shard` of `shards`. */
export function idsIn(shard: number, shards: number, count: number): string[] {
  const ids: string[] = [];
  while (ids.length < count) {
    const id = crypto.randomUUID();
    if (shardOf(id, shards) === shard) ids.push(id);
  }
  return ids;
}

/** Every line in the source's segments, by key order. */
export async function archivedLines(sourceId: string): Promise<{ key: string; lines: Record<string, unknown>[] }[]> {
  const { objects } = await env.ARCHIVE.list({ prefix: `segment-logs/${sourceId}/` });
  return Promise.all(
    objects.map(async ({ key }) => {
      const object = await env.ARCHIVE.get(key);
      const stream = object!.body.pipeThrough(new DecompressionStream("gzip"));
      const text = await new Response(stream).text();
      return {
        key,
        lines: text
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line) as Record<string, unknown>),
      };
    }),
  );
}

export const archivedIds = async (sourceId: string): Promise<string[]> =>
  (await archivedLines(sourceId)).flatMap(({ lines }) => lines.map((line) => String(line["messageId"])));
