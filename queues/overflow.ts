import type { SourceRoute } from "../src/core/source.ts";
import { decodeOverflow } from "../src/core/overflow.ts";
import { logError } from "../src/log/log.ts";

export interface OverflowDeps {
  /** The source's route as it is today; undefined when the source is gone. */
  routeOf(sourceId: string): Promise<SourceRoute | undefined>;
  /** Appends to Intake; `refused` counts events that still cannot be taken. Idempotent by messageId. */
  append(
    route: SourceRoute,
    events: readonly { messageId: string; line: string }[],
    receivedAt: number,
  ): Promise<{ readonly refused: readonly number[] }>;
  /** Counts events that took this queue in the source's figures; `again`: Intake has refused them once more. */
  note(sourceId: string, count: number, again: boolean): Promise<void>;
}

/** Seconds until a parked batch is tried again: 10, 20, 40 … at most an hour, so 100 tries last almost four days. */
export const overflowDelay = (attempts: number): number => Math.min(10 * 2 ** (attempts - 1), 3600);

/** Replays parked batches into Intake. Each message stands alone: one that fails does not hold up the others. */
export async function replayOverflow(batch: MessageBatch<string>, deps: OverflowDeps): Promise<void> {
  for (const message of batch.messages) {
    let parked: { readonly sourceId: string; readonly count: number } | undefined;
    let again = true;
    try {
      const { route, receivedAt, ids, lines } = decodeOverflow(message.body);
      parked = { sourceId: route.sourceId, count: ids.length };
      const events = ids.map((messageId, i) => ({ messageId, line: lines[i]! }));
      // A route of days ago would have the shard forget ids that are to be kept for longer by now.
      const today = (await deps.routeOf(route.sourceId)) ?? route;
      const { refused } = await deps.append(today, events, receivedAt);
      again = refused.length > 0;
    } catch (error) {
      logError("overflow_message_failed", { attempt: message.attempts }, error);
    }
    if (again) message.retry({ delaySeconds: overflowDelay(message.attempts) });
    else message.ack();
    if (parked !== undefined && (again || message.attempts === 1)) await note(deps, parked, again);
  }
}

/** Figures may be missing: the events matter more. */
async function note(deps: OverflowDeps, parked: { sourceId: string; count: number }, again: boolean): Promise<void> {
  const { sourceId, count } = parked;
  await deps
    .note(sourceId, count, again)
    .catch((error: unknown) => logError("overflow_not_counted", { sourceId, count }, error));
}
