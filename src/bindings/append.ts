import type { AcceptedEvent } from "../collect/accept.ts";
import { kindOfLine, packKinds } from "../core/event-kind.ts";
import { intakeName, packBatch, shardOf, type AppendResult, type PackedBatch } from "../core/intake.ts";
import { encodeOverflow } from "../core/overflow.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { SourceContext, SourceRoute } from "../core/source.ts";
import { SharedCalls } from "./shared-calls.ts";
import { startTimer, withinTime } from "./time-limit.ts";
import { logError } from "../log/log.ts";

/** For one Intake's answer: shorter than the 10 s after which server libraries give a request up and repeat it. */
const APPEND_LIMIT_MS = 8000;

/** Adds a batch to the shard of that name; throws when it cannot take it or does not answer in time. */
export type Add = (shard: string, batch: PackedBatch) => Promise<AppendResult>;

/** One call for each batch. */
export const addAlone =
  ({ INTAKE }: Pick<Env, "INTAKE">): Add =>
  (shard, batch) =>
    withinTime(APPEND_LIMIT_MS, INTAKE.getByName(shard).add(batch));

/** Requests of this isolate share calls (see SharedCalls). @param outlive `waitUntil` of the current request */
export function addTogether({ INTAKE }: Pick<Env, "INTAKE">, outlive: (work: Promise<void>) => void): Add {
  const calls = new SharedCalls<PackedBatch, AppendResult>(APPEND_LIMIT_MS, {
    call: (shard, batches, ms) => withinTime(ms, callShard(INTAKE, shard, batches)),
    sizeOf: ({ lines }) => lines.length,
    now: () => Date.now(),
    start: startTimer,
    outlive,
  });
  return async (shard, batch) => {
    const result = await calls.join(shard, batch);
    if (!result.ok) throw result.error;
    return result.value;
  };
}

async function callShard(
  intakes: Env["INTAKE"],
  shard: string,
  batches: readonly PackedBatch[],
): Promise<readonly Result<AppendResult, unknown>[]> {
  const [first] = batches;
  if (batches.length === 1 && first !== undefined) return [ok(await intakes.getByName(shard).add(first))];
  try {
    return await intakes.getByName(shard).addAll(batches);
  } catch (error) {
    if (!isOlder(error)) throw error;
    return Promise.all(batches.map((batch) => resultOf(intakes.getByName(shard).add(batch))));
  }
}

async function resultOf(adding: Promise<AppendResult>): Promise<Result<AppendResult, unknown>> {
  try {
    return ok(await adding);
  } catch (error) {
    return err(error);
  }
}

/** An object that still runs the code of before a deployment; asked otherwise when the runtime words it otherwise. */
const isOlder = (error: unknown): boolean => error instanceof TypeError && error.message.includes("addAll");

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
  add: Add,
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
        const result = await add(intakeName(route.sourceId, shard), batch);
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
  const again = await appendToShards(add, newer, events, receivedAt, reload, stale);
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
    addAlone(env),
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
  add: Add,
  { OVERFLOW }: Pick<Env, "OVERFLOW">,
  source: SourceContext,
  events: readonly AcceptedEvent[],
  receivedAt: number,
  reload: ReloadRoute,
): Promise<{ status: "stored"; duplicates: readonly number[] } | { status: "unavailable" }> {
  const { duplicates, refused } = await appendToShards(add, source.route, events, receivedAt, reload);
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
    for (const message of messages) await OVERFLOW.send(message, { contentType: "text" });
  } catch (error) {
    logError("queue_refused", { queue: "overflow", sourceId: source.id, count: refused.length }, error);
    return { status: "unavailable" };
  }
  return { status: "stored", duplicates };
}
