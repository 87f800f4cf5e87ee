import { createExecutionContext, createMessageBatch, getQueueResult, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { vi } from "vitest";
import { deliverPointers } from "../../queues/deliveries.ts";
import { writeLines } from "../../src/bindings/archive.ts";
import { catalogOf } from "../../src/bindings/catalog.ts";
import { createDeliveryDeps } from "../../src/bindings/delivery-deps.ts";
import { OwnHosts } from "../../src/bindings/own-hosts.ts";
import type { OpenDestination } from "../../src/core/catalog.ts";
import type { DeadLetter } from "../../src/core/dead-letter.ts";
import type { DeliveryPointer } from "../../src/core/delivery.ts";
import type { DeliverySummary } from "../../src/core/ledger.ts";
import { PLANS } from "../../src/core/plan.ts";
import type { DeliveryDeps } from "../../src/destinations/deliver-job.ts";
import { createGuardedFetch } from "../../src/destinations/outbound.ts";
import { Settings } from "../../src/env.ts";
import type { Batching } from "../../src/destinations/destination.ts";
import type { Ledger } from "../../src/worker.ts";
import { eventsIn, hookDestination } from "./hook-destination.ts";
import { testSubscription } from "./sends.ts";

/** What the far end saw of one event. */
export interface Received {
  readonly id: string;
  readonly at: number;
  readonly path: string;
}

type Answer = (event: { readonly messageId: string }, attempt: number, path: string) => Response | Promise<Response>;

/**
 * One destination: the real Ledger, R2 and consumer. The far end, its definition (hook-destination.ts) and the Catalog
 * are the test's, and so is the queue between ledger and consumer: pointers wait until the test lets the consumer run.
 */
export interface DeliveryRig {
  readonly destinationId: string;
  readonly sourceId: string;
  /** Every event that arrived, one by one or in a batch. */
  readonly received: Received[];
  /** The ids of each request, in their order. */
  readonly requests: string[][];
  deps: DeliveryDeps;
  readonly ledger: DurableObjectStub<Ledger>;
  /** To a batch as to its first event, with the attempts of that one, unless `answerBatch` is set. */
  answer: Answer;
  answerBatch: ((ids: readonly string[], path: string) => Response | Promise<Response>) | undefined;
  batching: Batching | undefined;
  opened: OpenDestination | null;
  /** Writes a segment of events with these ids and opens a job for it. */
  addSegment(
    ids: readonly string[],
    extra?: (id: string, line: number) => Record<string, unknown>,
  ): Promise<DeliveryPointer>;
  /** Takes the pointers that the ledger has put on the queue since the last call. */
  takeSent(): DeliveryPointer[];
  /** One run of the consumer with these pointers (what was sent, when none); what it leaves is on the queue again. */
  consume(...pointers: readonly DeliveryPointer[]): Promise<void>;
  /** Lets the queue run until it is empty. */
  drain(): Promise<void>;
  /** How often each id arrived. */
  times(): Record<string, number>;
  deadLetters(): Promise<DeadLetter[]>;
  summary(): Promise<DeliverySummary>;
  alarm(): Promise<boolean>;
}

/** Enabled, with one subscription for every track call. */
const hookAt = (destinationId: string, sourceId: string): OpenDestination => ({
  destination: {
    id: destinationId,
    name: "Test",
    integrationName: "Hook",
    metadataId: "hook",
    sourceIds: [sourceId],
    enabled: true,
  },
  settings: {},
  unreadable: [],
  subscriptions: [testSubscription({ destinationId })],
  filters: [],
  consentCategories: [],
  createdAt: 0,
});

const onQueue: DeliveryPointer[] = [];

/** Keeps the ledger's pointers away from the real queue. */
function holdQueue(): void {
  vi.spyOn(env.DELIVERIES, "sendBatch").mockImplementation(async (messages) => {
    for (const { body } of messages) onQueue.push(body as DeliveryPointer);
    return {} as never;
  });
}

async function unpack(key: string): Promise<string[]> {
  const object = await env.ARCHIVE.get(key);
  const stream = object!.body.pipeThrough(new DecompressionStream("gzip"));
  return (await new Response(stream).text()).trimEnd().split("\n");
}

export function createRig(): DeliveryRig {
  holdQueue();
  const destinationId = `dst_${crypto.randomUUID()}`;
  const sourceId = `src_${crypto.randomUUID()}`;
  const received: Received[] = [];
  const attempts = new Map<string, number>();
  let segments = 0;
  const hook = hookDestination(() => rig.batching);
  const settings = Settings.parse(env);
  const hosts = new OwnHosts(
    settings.INLET_HOSTS,
    () => catalogOf(env),
    () => Date.now(),
  );
  const base = createDeliveryDeps(env, settings, { findDestination: async () => hook, createGuardedFetch }, hosts);
  const keyOf = (segment: number) => `segment-logs/${sourceId}/1795305600000/0-${String(segment).padStart(9, "0")}.gz`;
  const pointerOf = (key: string): DeliveryPointer => ({ destinationId, sourceId, key });
  const rig: DeliveryRig = {
    destinationId,
    sourceId,
    received,
    requests: [],
    ledger: env.LEDGER.getByName(`destination:${destinationId}`),
    answer: () => new Response("ok"),
    answerBatch: undefined,
    batching: undefined,
    opened: hookAt(destinationId, sourceId),
    deps: {
      ...base,
      openDestination: async () => rig.opened,
      tools: {
        ...base.tools,
        async fetch(url, init) {
          const path = new URL(url).pathname;
          const ids = (await eventsIn(init.body)).map((event) => String(event["messageId"]));
          rig.requests.push(ids);
          for (const id of ids) {
            attempts.set(id, (attempts.get(id) ?? 0) + 1);
            received.push({ id, at: Date.now(), path });
          }
          if (ids.length > 1 && rig.answerBatch !== undefined) return rig.answerBatch(ids, path);
          return rig.answer({ messageId: ids[0]! }, attempts.get(ids[0]!)!, path);
        },
      },
    },
    async addSegment(ids, extra = () => ({})) {
      const key = keyOf(segments++);
      const receivedAt = new Date().toISOString();
      await writeLines(
        env.ARCHIVE,
        key,
        ids.map((messageId, line) => ({
          type: "track",
          messageId,
          receivedAt,
          integrations: {},
          ...extra(messageId, line),
        })),
      );
      await rig.ledger.open({ destinationId, sourceId, key, count: ids.length });
      return pointerOf(key);
    },
    takeSent() {
      const mine = onQueue.filter((pointer) => pointer.destinationId === destinationId);
      for (const pointer of mine) onQueue.splice(onQueue.indexOf(pointer), 1);
      return mine;
    },
    async consume(...given) {
      const pointers = given.length > 0 ? given : rig.takeSent();
      const batch = createMessageBatch<DeliveryPointer>(
        "inlet-deliveries",
        pointers.map((body, i) => ({ id: String(i), timestamp: new Date(), attempts: 1, body })),
      );
      const ctx = createExecutionContext();
      await deliverPointers(batch, rig.deps, PLANS.paid);
      const { explicitAcks, retryMessages } = await getQueueResult(batch, ctx);
      if (explicitAcks.length + retryMessages.length !== pointers.length) throw new Error("a message was forgotten");
      for (const { msgId } of retryMessages) onQueue.push(pointers[Number(msgId)]!);
    },
    async drain() {
      for (let sent = rig.takeSent(); sent.length > 0; sent = rig.takeSent()) await rig.consume(...sent);
    },
    times: () => Object.fromEntries([...attempts].toSorted(([a], [b]) => a.localeCompare(b))),
    async deadLetters() {
      const { objects } = await env.ARCHIVE.list({ prefix: `dead-letters/${destinationId}/` });
      const lines = await Promise.all(objects.map(({ key }) => unpack(key)));
      return lines.flat().map((line) => JSON.parse(line) as DeadLetter);
    },
    summary: async () => rig.ledger.summary({ minutes: 60, now: Date.now() }),
    alarm: () => runDurableObjectAlarm(rig.ledger),
  };
  return rig;
}

/** Lets time pass in steps (ms), with the alarm and the consumer running at each. The clock must be the test's. */
export async function live(rig: DeliveryRig, ms: number, step = 60_000): Promise<void> {
  for (let passed = 0; passed < ms; passed += step) {
    vi.setSystemTime(Date.now() + step);
    await rig.alarm();
    await rig.drain();
  }
}
