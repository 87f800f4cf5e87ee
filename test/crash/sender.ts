import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../support/random.ts";

/** What the senders did, for the comparison with the archive. */
export interface SendLog {
  /** Ids of every request that went out, whether or not an answer came. */
  readonly sent: Set<string>;
  /** Ids of requests that were answered 200. */
  readonly acknowledged: Set<string>;
  /** Copies of an id beyond its first, sent on purpose or as a retry. */
  duplicates: number;
  requests: number;
  /** Requests without an answer, or with another one than 200. */
  failed: number;
  /** Every status but 200 that was answered. */
  readonly refusals: Map<number, number>;
}

export const newSendLog = (): SendLog => ({
  sent: new Set(),
  acknowledged: new Set(),
  duplicates: 0,
  requests: 0,
  failed: 0,
  refusals: new Map(),
});

export interface SenderOptions {
  readonly url: URL;
  readonly writeKey: string;
  readonly name: string;
  readonly random: Random;
  readonly log: SendLog;
  /** Ends the sender; a request under way is still waited for. */
  readonly stop: AbortSignal;
}

const RECENT = 400;
const ATTEMPT_LIMIT_MS = 10_000;

/**
 * One client: single and batched calls, one after the other, some ids sent again on purpose. A failed request is
 * tried again with the same ids, as SDKs do, or given up, as a closed tab does.
 */
export async function runSender(options: SenderOptions): Promise<void> {
  const { random, stop, name } = options;
  const recent: string[] = [];
  let made = 0;
  const newId = (): string => `${name}-${++made}`;
  while (!stop.aborted) {
    const size = random.next() < 0.4 ? 1 : random.between(2, 40);
    const ids = Array.from({ length: size }, () =>
      recent.length > 0 && random.next() < 0.15 ? random.pick(recent) : newId(),
    );
    // The same id twice in one request is a duplicate, too.
    if (size > 1 && random.next() < 0.2) ids.push(random.pick(ids));
    recent.push(...ids);
    recent.splice(0, recent.length - RECENT);
    while (!(await attempt(ids, options)) && !stop.aborted && random.next() < 0.7) await sleep(random.between(5, 60));
    await sleep(random.between(0, 15));
  }
}

async function attempt(ids: readonly string[], { url, writeKey, log }: SenderOptions): Promise<boolean> {
  log.requests++;
  for (const id of ids) {
    if (log.sent.has(id)) log.duplicates++;
    log.sent.add(id);
  }
  const status = await post(url, writeKey, ids);
  if (status === 200) for (const id of ids) log.acknowledged.add(id);
  else log.failed++;
  if (status !== 200 && status !== undefined) log.refusals.set(status, (log.refusals.get(status) ?? 0) + 1);
  return status === 200;
}

/** The same name whenever the id is sent. */
const eventOf = (messageId: string): string => `Crashed ${Number(messageId.split("-")[1]) % 3}`;

/** The status, or undefined when no answer came. */
async function post(url: URL, writeKey: string, ids: readonly string[]): Promise<number | undefined> {
  const events = ids.map((messageId) => ({
    type: "track",
    event: eventOf(messageId),
    userId: "u1",
    messageId,
    properties: { messageId },
  }));
  const single = events.length === 1;
  try {
    const response = await fetch(new URL(single ? "/v1/track" : "/v1/batch", url), {
      method: "POST",
      body: JSON.stringify(single ? { ...events[0], writeKey } : { writeKey, batch: events }),
      signal: AbortSignal.timeout(ATTEMPT_LIMIT_MS),
    });
    // An answer counts once it is complete: that is when an SDK lets go of its events.
    await response.text();
    return response.status;
  } catch (error) {
    // undici's two names for "no answer": everything else is a mistake of this test.
    if (error instanceof TypeError || (error instanceof DOMException && error.name === "TimeoutError"))
      return undefined;
    throw error;
  }
}
