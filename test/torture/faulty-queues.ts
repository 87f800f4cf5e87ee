// Queues that refuse, lose, repeat, delay and reorder, and an overflow queue that outlives the process as the
// platform's does: locally a queue is in memory. Runs inside the Worker.
import { between, count, plan, shuffled, strikes } from "./chaos.ts";

const PARKED = "torture-parked/";
const OVERFLOW = "inlet-overflow";
/** Whoever sends these sends them again; what is parked on the overflow queue has no other copy. */
const MAY_BE_LOST: ReadonlySet<string> = new Set([
  "inlet-events",
  "inlet-deliveries",
  "inlet-exports",
  "inlet-replays",
]);
/** Retries come within seconds: a test does not wait a minute. */
const LATEST_S = 2;

export function faultyQueue<Body>(queue: Queue<Body>): Queue<Body> {
  const lost = ["send_refused", "send_unanswered"] as const;
  return new Proxy(queue, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name, target);
      if (typeof method !== "function") return method;
      return (...given: unknown[]) =>
        between(lost, "the queue", () => Reflect.apply(method, target, given) as Promise<unknown>);
    },
  });
}

const parkedKeys = async (bucket: R2Bucket): Promise<string[]> =>
  (await bucket.list({ prefix: PARKED })).objects.map(({ key }) => key);
export const parkedCount = async (env: Env): Promise<number> => (await parkedKeys(env.ARCHIVE)).length;

/** What is parked lies in the real bucket, so it survives; the simulated queue carries only where. */
export function durableOverflow({ ARCHIVE, OVERFLOW: queue }: Env): Queue {
  const send = async (body: unknown): Promise<unknown> => {
    if (strikes("overflow_refused")) throw new Error("torture: the overflow queue refused");
    if (plan.room !== undefined && (await parkedKeys(ARCHIVE)).length >= plan.room.parked) {
      throw new Error("torture: the overflow queue is full");
    }
    const key = `${PARKED}${crypto.randomUUID()}`;
    await ARCHIVE.put(key, String(body));
    count("overflow_used");
    return queue.send(key, { contentType: "text" });
  };
  return new Proxy(queue, {
    get: (target, name) => (name === "send" ? send : (Reflect.get(target, name, target) as unknown)),
  });
}

/** After a start: the platform's queue would still hold these. */
export async function requeue({ ARCHIVE, OVERFLOW: queue }: Env): Promise<number> {
  const keys = await parkedKeys(ARCHIVE);
  for (const key of keys) await queue.send(key, { contentType: "text" });
  return keys.length;
}

type Consume = (batch: MessageBatch) => Promise<void>;

function handed(message: Message, body: unknown, onAck: () => void): Message {
  return {
    id: message.id,
    timestamp: message.timestamp,
    attempts: message.attempts,
    body,
    ack() {
      message.ack();
      onAck();
    },
    retry: ({ delaySeconds = LATEST_S } = {}) => message.retry({ delaySeconds: Math.min(delaySeconds, LATEST_S) }),
  } as Message;
}

const batchOf = (queue: string, messages: readonly Message[]): MessageBatch =>
  ({ queue, messages, ackAll: () => undefined, retryAll: () => undefined }) as unknown as MessageBatch;

/** Those that come through this time. */
function arriving({ queue, messages }: MessageBatch): Message[] {
  const mayBeLost = MAY_BE_LOST.has(queue);
  const there = messages.filter((message) => {
    if (mayBeLost && strikes("message_dropped")) message.ack();
    else if (mayBeLost && strikes("message_late")) message.retry({ delaySeconds: 1 });
    else return true;
    return false;
  });
  return there.length > 1 && strikes("messages_reordered") ? shuffled(there) : there;
}

async function consumeParked(messages: readonly Message[], env: Env, consume: Consume): Promise<void> {
  const done: string[] = [];
  const opened: Message[] = [];
  for (const message of messages) {
    const key = String(message.body);
    const object = await env.ARCHIVE.get(key);
    // A copy of one that was taken in meanwhile.
    if (object === null) message.ack();
    else opened.push(handed(message, await object.text(), () => void done.push(key)));
  }
  if (opened.length > 0) await consume(batchOf(OVERFLOW, opened));
  for (const key of done) await env.ARCHIVE.delete(key);
}

let consuming = 0;
/** Whether a consumer is at work: time that passes then ends its lease, which is a fault of its own. */
export const isConsuming = (): boolean => consuming > 0;

/** Hands a batch to the product's consumer, as a queue may. */
export async function throughQueue(batch: MessageBatch, env: Env, consume: Consume): Promise<void> {
  consuming++;
  try {
    await handOver(batch, env, consume);
  } finally {
    consuming--;
  }
}

async function handOver(batch: MessageBatch, env: Env, consume: Consume): Promise<void> {
  const messages = arriving(batch);
  if (batch.queue === OVERFLOW) return consumeParked(messages, env, consume);
  if (messages.length === 0) return;
  await consume(
    batchOf(
      batch.queue,
      messages.map((message) => handed(message, message.body, () => undefined)),
    ),
  );
  const again = messages.filter(() => MAY_BE_LOST.has(batch.queue) && strikes("message_repeated"));
  if (again.length === 0) return;
  const copy = ({ id, timestamp, attempts, body }: Message): Message =>
    ({ id, timestamp, attempts, body, ack: () => undefined, retry: () => undefined }) as Message;
  await consume(batchOf(batch.queue, again.map(copy)));
}
