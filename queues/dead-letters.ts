import { utcDay } from "../src/core/archive-key.ts";
import { logError } from "../src/log/log.ts";

export interface DeadLettersDeps {
  /** Writes JSON text to R2; writing the same key again replaces it. */
  writeJson(key: string, text: string): Promise<void>;
  /** Counts them in the workspace's figures. */
  note(queue: DeadQueue, count: number): Promise<void>;
}

type DeadQueue = "events" | "deliveries" | "overflow" | "replays" | "exports" | "alerts" | "unknown";

/** Which consumer gave a message up, told by its shape: the queue's name does not come along. */
function queueOf(body: unknown): DeadQueue {
  if (typeof body === "string") return "overflow";
  if (typeof body !== "object" || body === null) return "unknown";
  if ("task" in body) return "exports";
  if ("alerts" in body) return "alerts";
  if (!("key" in body)) return "replayId" in body ? "replays" : "unknown";
  if ("destinationId" in body) return "deliveries";
  return "segment" in body ? "events" : "unknown";
}

/**
 * Consumer of the dead-letter queue: keeps what Cloudflare gave up on at
 * `dead-letters/queues/<queue>/<UTC day>/<message id>.json`. Segments and deliveries are handed over again by Intake
 * and Ledger all the same; for a batch of the overflow queue this object is its only copy.
 */
export async function keepDeadMessages(batch: MessageBatch<unknown>, deps: DeadLettersDeps): Promise<void> {
  const kept = await Promise.all(batch.messages.map((message) => keep(message, deps)));
  const counts = Map.groupBy(
    kept.filter((queue) => queue !== undefined),
    (queue) => queue,
  );
  for (const [queue, all] of counts) {
    await deps
      .note(queue, all.length)
      .catch((error: unknown) => logError("dead_messages_not_counted", { queue }, error));
  }
}

/** The queue it came from; undefined when it could not be kept and comes again. */
async function keep(message: Message<unknown>, deps: DeadLettersDeps): Promise<DeadQueue | undefined> {
  const { id, timestamp, body } = message;
  const queue = queueOf(body);
  const key = `dead-letters/queues/${queue}/${utcDay(timestamp.getTime())}/${encodeURIComponent(id)}.json`;
  logError("queue_gave_up", { queue, key });
  try {
    await deps.writeJson(key, JSON.stringify({ id, queue, sentAt: timestamp.toISOString(), body }));
    message.ack();
    return queue;
  } catch (error) {
    logError("dead_message_not_kept", { queue, key }, error);
    message.retry();
    return undefined;
  }
}
