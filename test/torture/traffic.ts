import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import type { Random } from "../support/random.ts";
import type { Totals } from "./totals.ts";

/** What was sent under one messageId; every copy of it says the same. */
export interface SentEvent {
  readonly sourceId: string;
  readonly type: string;
  /** A strict tool refuses it. */
  readonly poison: boolean;
  /** Its integrations object lets no tool have it. */
  readonly optedOut: boolean;
  readonly body: Record<string, unknown>;
}

/** What all senders did. */
export class Log {
  readonly sent = new Map<string, SentEvent>();
  readonly acknowledged = new Set<string>();
  /** Ids of items that must be refused, with the reason. */
  readonly bad = new Map<string, string>();
  /** Answers that were not as promised. */
  readonly wrong: string[] = [];
  requests = 0;
  unanswered = 0;
  duplicates = 0;
  readonly statuses = new Map<number, number>();
}

export interface Client {
  url(): URL;
  readonly sourceId: string;
  readonly writeKey: string;
  readonly name: string;
  readonly random: Random;
  readonly log: Log;
  readonly totals: Totals;
  /** Ends it; a request under way is still waited for. */
  readonly stop: AbortSignal;
  /** Whether it closes connections before the answer now and then. */
  mayLeave(): boolean;
  /** Rest between two requests, at most so many ms. */
  readonly restMs: number;
}

const ATTEMPT_LIMIT_MS = 12_000;
const RECENT = 300;

/** Each breaks one rule. */
const BAD: Readonly<Record<string, (messageId: string) => Record<string, unknown>>> = {
  no_user_anon_id: (messageId) => ({ type: "track", event: "Bad", messageId }),
  event_not_defined: (messageId) => ({ type: "track", userId: "u1", messageId }),
  type_not_supported: (messageId) => ({ type: "shout", userId: "u1", messageId }),
  properties_not_object: (messageId) => ({ type: "track", event: "Bad", userId: "u1", messageId, properties: [1] }),
  traits_not_object: (messageId) => ({ type: "identify", userId: "u1", messageId, traits: "none" }),
  id_required: (messageId) => ({ type: "group", userId: "u1", messageId }),
};

/** A call of any kind as SDKs make it. */
function makeEvent(random: Random, messageId: string): Omit<SentEvent, "sourceId"> {
  const poison = random.next() < 0.03;
  const optedOut = random.next() < 0.03;
  const common = {
    messageId,
    userId: `u${random.between(1, 50)}`,
    timestamp: new Date().toISOString(),
    context: { library: { name: "torture", version: "1.0.0" }, locale: random.pick(["de-DE", "en-GB"]) },
    ...(optedOut ? { integrations: { All: false } } : {}),
  };
  const flag = poison ? { poison } : {};
  const n = random.between(-1000, 1000);
  const of = (type: string, fields: object) => ({ type, poison, optedOut, body: { type, ...common, ...fields } });
  switch (random.between(0, 9)) {
    case 0:
      return of("identify", { traits: { plan: random.pick(["free", "Ünïcode 😀"]), logins: n, ...flag } });
    case 1:
      return of("page", { name: "Home", properties: { path: `/${n}`, ...flag } });
    case 2:
      return of("screen", { name: "Start", properties: { n, ...flag } });
    case 3:
      return of("group", { groupId: `g${random.between(1, 5)}`, traits: { seats: n, ...flag } });
    case 4:
      // An alias has no properties: it is never poisoned.
      return { ...of("alias", { previousId: `a${n}` }), poison: false };
    default:
      return of("track", { event: `Tortured ${random.between(0, 3)}`, properties: { n, half: n / 2, ...flag } });
  }
}

interface Item {
  readonly messageId: string;
  readonly body: Record<string, unknown>;
}

interface ItemAnswer {
  readonly messageId?: string;
  readonly status: string;
  readonly reason?: string;
}

/** One client: single and batched calls one after the other, copies on purpose, and items that break a rule. */
export async function runClient(client: Client): Promise<void> {
  const { random, stop, restMs } = client;
  const recent: string[] = [];
  let made = 0;
  while (!stop.aborted) {
    const items = drawItems(client, recent, () => `${client.name}-${++made}`);
    const single = items.length === 1 && random.next() < 0.7;
    // Sent again until it is answered, as SDKs do, or given up, as a closed tab does.
    while (!(await attempt(items, single, client)) && !stop.aborted && random.next() < 0.85) {
      await sleep(random.between(100, 400));
    }
    await sleep(random.between(0, restMs));
  }
}

function drawItems({ random, log, sourceId }: Client, recent: string[], newId: () => string): Item[] {
  const size = random.next() < 0.3 ? 1 : random.between(2, 30);
  const items = Array.from({ length: size }, (): Item => {
    if (recent.length > 0 && random.next() < 0.12) return known(log, random.pick(recent));
    const messageId = newId();
    if (random.next() < 0.04) {
      const [reason, make] = random.pick(Object.entries(BAD));
      log.bad.set(`bad-${messageId}`, reason);
      return { messageId: `bad-${messageId}`, body: make(`bad-${messageId}`) };
    }
    log.sent.set(messageId, { sourceId, ...makeEvent(random, messageId) });
    recent.push(messageId);
    return known(log, messageId);
  });
  // The same id twice in one request is a duplicate, too.
  if (random.next() < 0.1) items.push(random.pick(items));
  recent.splice(0, recent.length - RECENT);
  return items;
}

const known = (log: Log, messageId: string): Item => ({ messageId, body: log.sent.get(messageId)!.body });

/** Whether it was answered for good. */
async function attempt(items: readonly Item[], single: boolean, client: Client): Promise<boolean> {
  const { log, random, totals } = client;
  log.requests++;
  const ids = new Set<string>();
  for (const { messageId } of items) {
    if (ids.has(messageId) || log.acknowledged.has(messageId)) log.duplicates++;
    ids.add(messageId);
  }
  const leaves = client.mayLeave() && random.next() < 0.03;
  const answer = await post(items, single, client, leaves ? random.between(1, 15) : ATTEMPT_LIMIT_MS);
  if (answer === undefined) {
    log.unanswered++;
    if (leaves) totals.fault("client_left");
    return false;
  }
  log.statuses.set(answer.status, (log.statuses.get(answer.status) ?? 0) + 1);
  if (answer.status === 200) {
    check(items, answer.items, client);
    return true;
  }
  const isHonest = (answer.status === 429 || answer.status === 503) && Number(answer.retryAfter) > 0;
  if (!isHonest) log.wrong.push(`${answer.status}, Retry-After ${answer.retryAfter}: ${answer.text}`);
  return false;
}

/** Every item has its fate by name: what breaks no rule is stored, what breaks one is refused for it. */
function check(items: readonly Item[], answers: readonly ItemAnswer[] | undefined, { log, totals }: Client): void {
  items.forEach(({ messageId }, i) => {
    const expected = log.bad.get(messageId);
    const answer = answers?.[i];
    if (expected === undefined) {
      log.acknowledged.add(messageId);
      if (answer === undefined || answer.status === "accepted" || answer.status === "duplicate") return;
      log.wrong.push(`${messageId} is sound and was ${answer.status}: ${answer.reason}`);
    } else if (answer !== undefined) {
      if (answer.status !== "rejected" || answer.reason !== expected) {
        log.wrong.push(`${messageId} breaks ${expected} and was ${answer.status}: ${answer.reason}`);
      } else totals.refusal(expected);
    }
  });
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly text: string;
  readonly items: readonly ItemAnswer[] | undefined;
}

/** By one of the ways SDKs use; undefined when no answer came. */
async function post(
  items: readonly Item[],
  single: boolean,
  { url, writeKey, random }: Client,
  limitMs: number,
): Promise<Answer | undefined> {
  const bodies = items.map(({ body }) => body);
  const [first] = bodies;
  const inBody = random.next() < 0.5;
  const credentials = inBody ? { writeKey } : {};
  const payload = single ? { ...first, ...credentials } : { ...credentials, batch: bodies };
  // A call of a type that does not exist has no path of its own.
  const path = single && first?.["type"] !== "shout" ? `/v1/${String(first?.["type"])}` : "/v1/batch";
  const text = JSON.stringify(path === "/v1/batch" && single ? { ...credentials, batch: bodies } : payload);
  const isPacked = random.next() < 0.3;
  try {
    const response = await fetch(new URL(path, url()), {
      method: "POST",
      headers: {
        "content-type": inBody ? "text/plain" : "application/json",
        prefer: "return=representation",
        ...(inBody ? {} : { authorization: `Basic ${btoa(`${writeKey}:`)}` }),
        ...(isPacked ? { "content-encoding": "gzip" } : {}),
      },
      body: isPacked ? gzipSync(text) : text,
      signal: AbortSignal.timeout(limitMs),
    });
    // An answer counts once it is complete: that is when an SDK lets go of its events.
    const answer = await response.text();
    const { items: fates } = JSON.parse(answer) as { items?: readonly ItemAnswer[] };
    return { status: response.status, retryAfter: response.headers.get("retry-after"), text: answer, items: fates };
  } catch (error) {
    // undici's two names for "no answer": everything else is a mistake of this test.
    if (error instanceof TypeError || (error instanceof DOMException && error.name === "TimeoutError")) {
      return undefined;
    }
    throw error;
  }
}
