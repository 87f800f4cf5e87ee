import { setTimeout as sleep } from "node:timers/promises";
import { seededRandom, type Random } from "../support/random.ts";

type Event = Record<string, unknown> & { readonly messageId: string };

/** What the senders did. */
export interface TrafficLog {
  /** Ids of requests that were answered 200. */
  readonly acknowledged: Set<string>;
  requests: number;
}

const PLANS = ["free", "pro", "Ünïcode 😀", ""];

/** One event of any kind; values that do not fit their column's type come only when `ugly`. */
export function eventOf(random: Random, messageId: string, ugly = true): Event {
  const userId = `u${random.between(1, 40)}`;
  const n = random.between(-1000, 1000);
  const odd = ugly && random.next() < 0.1;
  const properties = {
    total: odd ? "n/a" : n + 0.25,
    quantity: odd ? { nested: n } : n,
    isGift: n % 2 === 0,
    coupon: random.pick(["A", 'it\'s; \\N "x"', null]),
    products: [{ sku: n }],
    [`only ${random.between(1, ugly ? 6 : 1)}`]: n,
  };
  const common = { messageId, userId, context: { library: { name: "crash" } } };
  switch (random.between(0, 8)) {
    case 0:
      return { ...common, type: "identify", traits: { plan: random.pick(PLANS), logins: n, score: n / 8 } };
    case 1:
      return { ...common, type: "group", groupId: `g${random.between(1, 5)}`, traits: { seats: n } };
    case 2:
      return { ...common, type: "page", name: "Home", properties: { path: `/${n}` } };
    case 3:
      return { ...common, type: "alias", previousId: `a${n}` };
    default:
      return { ...common, type: "track", event: `Crashed ${random.between(0, 3)}`, properties };
  }
}

/** Whether it was acknowledged. */
export async function post(url: URL, writeKey: string, batch: readonly Event[]): Promise<boolean> {
  try {
    const body = JSON.stringify({ writeKey, batch });
    const response = await fetch(new URL("/v1/batch", url), {
      method: "POST",
      body,
      signal: AbortSignal.timeout(5000),
    });
    await response.text();
    return response.status === 200;
  } catch (error) {
    // No answer: the process is being killed, or its bucket hangs.
    if (error instanceof TypeError || (error instanceof DOMException && error.name === "TimeoutError")) return false;
    throw error;
  }
}

/** One client; a batch without an answer is sent again, or given up. */
export async function sendTraffic(
  { url, writeKey, name, seed }: { url: URL; writeKey: string; name: string; seed: number },
  log: TrafficLog,
  stop: AbortSignal,
): Promise<void> {
  const random = seededRandom(seed);
  for (let n = 0; !stop.aborted; n++) {
    const batch = Array.from({ length: random.between(1, 30) }, (_, i) => eventOf(random, `${name}-${n}-${i}`));
    for (let isDone = false; !isDone && !stop.aborted;) {
      log.requests++;
      isDone = await post(url, writeKey, batch);
      if (isDone) for (const { messageId } of batch) log.acknowledged.add(messageId);
      else if (random.next() < 0.1) break;
      else await sleep(random.between(20, 100));
    }
    await sleep(random.between(20, 120));
  }
}
