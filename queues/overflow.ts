import type { SourceRoute } from "../src/core/source.ts";
import { decodeOverflow } from "../src/core/overflow.ts";

export interface OverflowDeps {
  /** Appends to Intake; `refused` counts events that still cannot be taken. Idempotent by messageId. */
  append(
    route: SourceRoute,
    events: readonly { messageId: string; line: string }[],
    receivedAt: number,
  ): Promise<{ readonly refused: readonly number[] }>;
}

/** Seconds until a parked batch is tried again: 10, 20, 40 … at most an hour, so 100 tries last almost four days. */
export const overflowDelay = (attempts: number): number => Math.min(10 * 2 ** (attempts - 1), 3600);

/** Replays parked batches into Intake. Each message stands alone: one that fails does not hold up the others. */
export async function replayOverflow(batch: MessageBatch<string>, deps: OverflowDeps): Promise<void> {
  for (const message of batch.messages) {
    try {
      const { route, receivedAt, ids, lines } = decodeOverflow(message.body);
      const events = ids.map((messageId, i) => ({ messageId, line: lines[i]! }));
      const { refused } = await deps.append(route, events, receivedAt);
      if (refused.length === 0) message.ack();
      else message.retry({ delaySeconds: overflowDelay(message.attempts) });
    } catch (error) {
      console.error("overflow message failed", message.id, error);
      message.retry({ delaySeconds: overflowDelay(message.attempts) });
    }
  }
}
