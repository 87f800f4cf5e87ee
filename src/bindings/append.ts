import type { AcceptedEvent } from "../collect/accept.ts";
import { kindOfLine, packKinds } from "../core/event-kind.ts";
import { intakeName, packBatch, shardOf } from "../core/intake.ts";
import { encodeOverflow } from "../core/overflow.ts";
import type { SourceContext, SourceRoute } from "../core/source.ts";
import { withinTime } from "./time-limit.ts";
import { logError } from "../log/log.ts";

/** For one Intake's answer: shorter than the 10 s after which server libraries give a request up and repeat it. */
const APPEND_LIMIT_MS = 8000;

/** Where appended events ended up, by index into the events given. */
export interface Appended {
  readonly duplicates: readonly number[];
  /** Events no Intake could take. */
  readonly refused: readonly number[];
}

type ReloadRoute = (sourceId: string) => Promise<SourceRoute | undefined>;

/**
 * Appends events to their shards, side by side. An object that knows a newer shard layout makes it ask for the
 * source again and append once more; what still fails is named in `refused`, never thrown. An object that does not
 * answer in time has failed: it may commit all the same, which a repeated append finds out.
 */
export async function appendToShards(
  env: Pick<Env, "INTAKE">,
  route: SourceRoute,
  events: readonly AcceptedEvent[],
  receivedAt: number,
  reload: ReloadRoute,
  indexes: readonly number[] = events.map((_, i) => i),
): Promise<Appended> {
  const duplicates: number[] = [];
  const refused: number[] = [];
  const stale: number[] = [];
  const byShard =
    route.shards === 1
      ? new Map([[0, indexes]])
      : Map.groupBy(indexes, (i) => shardOf(events[i]!.messageId, route.shards));
  await Promise.all(
    [...byShard].map(async ([shard, part]) => {
      try {
        const batch = packBatch({
          route,
          shard,
          receivedAt,
          parts: byShard.size,
          ids: part.map((i) => events[i]!.messageId),
          lines: part.map((i) => events[i]!.line),
          kinds: packKinds(part.map((i) => events[i]!.kind)),
        });
        const adding = env.INTAKE.getByName(intakeName(route.sourceId, shard)).add(batch);
        const result = await withinTime(APPEND_LIMIT_MS, adding);
        if (result.status === "stale_epoch") stale.push(...part);
        else duplicates.push(...result.duplicates.map((n) => part[n]!));
      } catch (error) {
        logError("intake_refused", { sourceId: route.sourceId, shard, count: part.length }, error);
        refused.push(...part);
      }
    }),
  );
  if (stale.length === 0) return { duplicates, refused };
  const newer = await reload(route.sourceId);
  if (newer === undefined || newer.epoch <= route.epoch) return { duplicates, refused: [...refused, ...stale] };
  const again = await appendToShards(env, newer, events, receivedAt, reload, stale);
  return { duplicates: [...duplicates, ...again.duplicates], refused: [...refused, ...again.refused] };
}

/** Appends what was parked on the overflow queue, where each event is its line alone. */
export const appendParked = (
  env: Pick<Env, "INTAKE">,
  route: SourceRoute,
  events: readonly Omit<AcceptedEvent, "kind">[],
  receivedAt: number,
  reload: ReloadRoute,
): Promise<Appended> =>
  appendToShards(
    env,
    route,
    events.map((event) => ({ ...event, kind: kindOfLine(event.line) })),
    receivedAt,
    reload,
  );

/**
 * The ack path: Intake first, the overflow queue for what it cannot take (its consumer appends again, which is
 * idempotent), `unavailable` when neither holds the events.
 */
export async function appendDurably(
  env: Pick<Env, "INTAKE" | "OVERFLOW">,
  source: SourceContext,
  events: readonly AcceptedEvent[],
  receivedAt: number,
  reload: ReloadRoute,
): Promise<{ status: "stored"; duplicates: readonly number[] } | { status: "unavailable" }> {
  const { duplicates, refused } = await appendToShards(env, source.route, events, receivedAt, reload);
  if (refused.length === 0) return { status: "stored", duplicates };
  const messages = encodeOverflow(
    {
      route: source.route,
      receivedAt,
      ids: refused.map((i) => events[i]!.messageId),
      lines: refused.map((i) => events[i]!.line),
    },
    (text) => Buffer.byteLength(text),
  );
  try {
    for (const message of messages) await env.OVERFLOW.send(message, { contentType: "text" });
  } catch (error) {
    logError("queue_refused", { queue: "overflow", sourceId: source.id, count: refused.length }, error);
    return { status: "unavailable" };
  }
  return { status: "stored", duplicates };
}
