import { createExecutionContext, createMessageBatch, getQueueResult, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { vi } from "vitest";
import { takeReplaySteps, type ReplayDeps } from "../../queues/replays.ts";
import type { OpenDestination } from "../../src/core/catalog.ts";
import type { DeliveryPointer } from "../../src/core/delivery.ts";
import type { ReplayRecord, ReplayRequest, ReplayTrack } from "../../src/core/replay.ts";
import type { ReplayAtDestination, ReplayOpening } from "../../src/core/replay-ledger.ts";
import type { ReplayStep } from "../../src/core/replay-steps.ts";
import type { Replays } from "../../src/worker.ts";
import { laneCells } from "./ledger.ts";
import { openedDestination } from "./memory-delivery.ts";

/** One segment of the test's archive: `null` = the index has it, the archive has it no longer. */
export interface TestSegment {
  readonly key: string;
  readonly at: number;
  lines: readonly Record<string, unknown>[] | null;
  readonly count: number;
}

/**
 * The real Replays object and the real ledgers. The archive, the queues and the far end are the test's: messages and
 * pointers wait until it lets consumers run.
 */
export interface ReplaysRig {
  readonly sourceId: string;
  readonly replays: DurableObjectStub<Replays>;
  readonly destinationIds: readonly string[];
  readonly segments: TestSegment[];
  /** What arrived, by destination: messageIds in their order. */
  readonly arrived: Map<string, string[]>;
  deps: ReplayDeps;
  opened: Map<string, OpenDestination | null>;
  /** Adds a segment of events received at `at` (ms), one after the other. */
  addSegment(at: number, events: readonly Record<string, unknown>[]): TestSegment;
  request(more?: Partial<ReplayRequest>): ReplayRequest;
  /** A replay that is ready to be started. */
  ready(more?: Partial<ReplayRequest>): Promise<ReplayRecord>;
  act(id: string, action: "start" | "pause" | "resume" | "cancel"): Promise<ReplayRecord>;
  get(id: string): Promise<ReplayRecord>;
  track(id: string, destination?: number): Promise<ReplayTrack>;
  /** Messages for consumers since the last call. */
  takeSteps(): ReplayStep[];
  consume(...steps: readonly ReplayStep[]): Promise<void>;
  /** Pointers of deliveries since the last call. */
  takePointers(): DeliveryPointer[];
  /** Delivers whatever is on the queue. */
  deliver(): Promise<void>;
  alarm(): Promise<boolean>;
  /** Alarm and consumers of messages once; deliveries too unless told otherwise. */
  turn(deliver?: boolean): Promise<void>;
}

/** After so many ms the source's Intake drains. */
export const DRAIN_MS = 2000;

const stepsSent: ReplayStep[] = [];
const pointersSent: DeliveryPointer[] = [];

export function createReplaysRig(destinations = 1): ReplaysRig {
  vi.spyOn(env.REPLAY_STEPS, "sendBatch").mockImplementation(async (given) => {
    const messages = [...given];
    if (messages.length > 100) throw new Error("a queue takes at most 100 messages at once");
    for (const { body } of messages) stepsSent.push(body as ReplayStep);
    return {} as never;
  });
  vi.spyOn(env.DELIVERIES, "sendBatch").mockImplementation(async (messages) => {
    for (const { body } of messages) pointersSent.push(body as DeliveryPointer);
    return {} as never;
  });
  const sourceId = `src_${crypto.randomUUID()}`;
  const destinationIds = Array.from({ length: destinations }, () => `dst_${crypto.randomUUID()}`);
  const replays = env.REPLAYS.getByName(`test-${crypto.randomUUID()}`);
  const segments: TestSegment[] = [];
  const arrived = new Map<string, string[]>(destinationIds.map((id) => [id, []]));
  const ledger = (id: string) => env.LEDGER.getByName(`destination:${id}`);
  async function* linesOf(values: readonly unknown[]) {
    for (const value of values) yield typeof value === "string" ? value : JSON.stringify(value);
  }
  const take = <T>(sent: T[], isMine: (one: T) => boolean): T[] => {
    const mine = sent.filter(isMine);
    for (const one of mine) sent.splice(sent.indexOf(one), 1);
    return mine;
  };

  /** What a consumer of DELIVERIES does with one job: everything asked for arrives. */
  async function deliverOne({ destinationId, key, replayId }: DeliveryPointer): Promise<void> {
    const name = { key, ...(replayId === undefined ? {} : { replayId }) };
    const claim = await ledger(destinationId).claim({ ...name, lanes: ["sub_1"] });
    if (claim.status !== "granted") return;
    const sent = laneCells(claim, 1);
    const { lines } = segments.find((one) => one.key === key)!;
    arrived.get(destinationId)!.push(...sent.map((cell) => String(lines?.[cell % claim.count]?.["messageId"])));
    await ledger(destinationId).settle({
      ...name,
      token: claim.token,
      part: 1,
      mode: claim.mode,
      passed: laneCells(claim, 0),
      unmatched: [],
      outcomes: sent.map((cell) => ({ cell, status: "delivered" })),
      kinds: [],
      letters: [],
      release: true,
    });
  }

  const rig: ReplaysRig = {
    sourceId,
    replays,
    destinationIds,
    segments,
    arrived,
    opened: new Map(destinationIds.map((id) => [id, openedDestination(id, sourceId)])),
    deps: {
      claim: (step) => replays.claim(step),
      checked: (result) => replays.checked(result),
      loaded: (result) => replays.loaded(result),
      failed: (step, token, error) => replays.failed(step, token, error),
      async listSegments(_, { from, to, after = "0", limit }) {
        const all = segments.filter(({ at, count }) => at < to && at + count > from);
        const end = Number(after) + limit;
        const page = all.slice(Number(after), end);
        return {
          segments: page.map(({ key, at, count }) => ({ key, count, bytes: 100, firstAt: at, lastAt: at + count })),
          ...(end < all.length ? { next: String(end) } : {}),
        };
      },
      async fetchSegment({ key }) {
        const { lines } = segments.find((one) => one.key === key)!;
        return lines === null ? null : linesOf(lines);
      },
      openDestination: async (id) => rig.opened.get(id) ?? null,
      outcomesOf: (id, key) => ledger(id).outcomesOf(key),
      chance: { random: () => 0.5, hash: () => new Uint8Array(16) },
      now: () => Date.now(),
    },
    addSegment(at, events) {
      const key = `segment-logs/${sourceId}/1795305600000/0-${String(segments.length).padStart(9, "0")}.gz`;
      const lines = events.map((event, i) => ({
        type: "track",
        event: "Tested",
        messageId: `${segments.length}-${i}`,
        receivedAt: new Date(at + i).toISOString(),
        context: {},
        integrations: {},
        ...event,
      }));
      const segment: TestSegment = { key, at, lines, count: lines.length };
      segments.push(segment);
      return segment;
    },
    request: (more = {}) => ({
      id: crypto.randomUUID().slice(0, 8),
      sourceId,
      destinationIds: [...destinationIds],
      from: 0,
      to: Date.now() - 60_000,
      types: [],
      events: [],
      rate: 10_000,
      ...more,
    }),
    async ready(more) {
      const request = rig.request(more);
      const made = await replays.create(request, DRAIN_MS);
      if (!made.ok) throw new Error(made.error.message);
      await rig.turn();
      return rig.get(request.id);
    },
    async act(id, action) {
      const done = await replays.act(id, action);
      if (!done.ok) throw new Error(done.error.message);
      return done.value;
    },
    async get(id) {
      return (await replays.get(id))!;
    },
    async track(id, destination = 0) {
      const { progress } = await rig.get(id);
      return progress.destinations.find((one) => one.destinationId === destinationIds[destination])!;
    },
    takeSteps: () => take(stepsSent, () => true),
    async consume(...steps) {
      for (const step of steps) {
        const message = { id: "1", timestamp: new Date(), attempts: 1, body: step };
        const batch = createMessageBatch<ReplayStep>("inlet-replays", [message]);
        const ctx = createExecutionContext();
        await takeReplaySteps(batch, rig.deps);
        const { explicitAcks } = await getQueueResult(batch, ctx);
        if (explicitAcks.length !== 1) throw new Error("a message was not confirmed");
      }
    },
    takePointers: () => take(pointersSent, ({ destinationId }) => destinationIds.includes(destinationId)),
    async deliver() {
      for (let sent = rig.takePointers(); sent.length > 0; sent = rig.takePointers()) {
        for (const pointer of sent) await deliverOne(pointer);
      }
    },
    alarm: () => runDurableObjectAlarm(replays),
    async turn(deliver = true) {
      await rig.alarm();
      await rig.consume(...rig.takeSteps());
      if (deliver) await rig.deliver();
    },
  };
  return rig;
}

/** Lets time pass in steps of two seconds, with alarm and consumers running at each. The clock must be the test's. */
export async function pass(rig: ReplaysRig, ms: number, deliver = true): Promise<void> {
  for (let passed = 0; passed < ms; passed += 2000) {
    vi.setSystemTime(Date.now() + 2000);
    await rig.turn(deliver);
  }
}

type Open = (opening: ReplayOpening) => Promise<ReplayAtDestination>;

/** Puts something between the Replays object and every ledger it hands lines over to. */
export function atHandOver(between: (opening: ReplayOpening, open: Open) => Promise<ReplayAtDestination>): void {
  const real = env.LEDGER.getByName.bind(env.LEDGER);
  vi.spyOn(env.LEDGER, "getByName").mockImplementation(
    (name) =>
      new Proxy(real(name), {
        get(ledger, method) {
          if (method !== "openReplay") return Reflect.get(ledger, method) as unknown;
          return (opening: ReplayOpening) => between(opening, async (given) => ledger.openReplay(given));
        },
      }),
  );
}
