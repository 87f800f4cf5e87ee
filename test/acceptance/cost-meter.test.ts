import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Counts } from "../../bench/counts.ts";
import { sumOf } from "../../bench/counts.ts";
import { billOf, objectRequests, queueOperations } from "../../bench/dollars.ts";
import {
  destinationLines,
  dollarsOf,
  mergeLines,
  sourceLines,
  type CostKind,
  type CostLine,
} from "../../src/core/cost.ts";
import { ASSUMED_CPU } from "../../src/core/prices.ts";
import type { UsageReport } from "../../src/core/usage.ts";
import { startHookServer, type HookServer } from "../support/hook-server.ts";
import { entryCode } from "../support/product-entry.ts";
import { startInlet, type RunningInlet } from "../support/server.ts";

/**
 * The proof of the cost meter: the same traffic, counted from outside by the bench (every call, row, R2 and queue
 * operation) and by the ledgers' own figures. What comes hours later (expiry, compaction, tables) is in neither.
 */
const BOUND = 0.25;
const QUIET_MS = 2500;
const SHAPES = [
  { name: "single events", calls: 300, perCall: 1, callers: 20 },
  { name: "20 events a call", calls: 60, perCall: 20, callers: 10 },
] as const;

let inlet: RunningInlet;
let hook: HookServer;
let next = 0;
let destinationId = "";
let sourceId = "";

const bench = async (path: string): Promise<string> => {
  const response = await fetch(new URL(`/__bench/${path}`, inlet.url), { method: "POST" });
  if (!response.ok) throw new Error(await response.text());
  return response.text();
};

/** Drains, routing and deliveries go on after the last answer: until nothing changes. */
async function atRest(): Promise<Counts> {
  for (let last = ""; ;) {
    const text = await bench("counts");
    if (text === last) return JSON.parse(text) as Counts;
    last = text;
    await sleep(QUIET_MS);
  }
}

async function send({ calls, perCall, callers }: (typeof SHAPES)[number]): Promise<void> {
  const authorization = `Basic ${btoa("demo_write_key_local:")}`;
  const event = () => ({
    type: "track",
    event: "Order",
    userId: "u1",
    messageId: `cost-${next++}`,
    properties: { n: next },
  });
  const bodies = Array.from({ length: calls }, () =>
    JSON.stringify(perCall === 1 ? event() : { batch: Array.from({ length: perCall }, event) }),
  );
  const work = bodies.values();
  const caller = async (): Promise<void> => {
    for (const body of work) {
      const path = perCall === 1 ? "/v1/track" : "/v1/batch";
      const answer = await fetch(new URL(path, inlet.url), { method: "POST", headers: { authorization }, body });
      expect(answer.status).toBe(200);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
}

/** What the ledgers have told so far; hours that are to come are left out. */
async function metered(): Promise<{ source: UsageReport; destination: UsageReport }> {
  const now = Date.now();
  const query = { monthStart: 0, latelyStart: 0, now };
  const ask = async (name: string): Promise<UsageReport> =>
    JSON.parse(
      await bench(`usage?ledger=${encodeURIComponent(name)}&query=${encodeURIComponent(JSON.stringify(query))}`),
    );
  return { source: await ask(`source:${sourceId}`), destination: await ask(`destination:${destinationId}`) };
}

const minus = (after: UsageReport["month"], before: UsageReport["month"]): Record<string, number> =>
  Object.fromEntries(Object.entries(after).map(([key, n]) => [key, n - (before[key] ?? 0)]));

const amountOf = (lines: readonly CostLine[], kind: CostKind): number =>
  lines.find(({ what }) => what === kind)?.amount ?? 0;

beforeAll(async () => {
  hook = await startHookServer();
  inlet = await startInlet({}, { entry: await entryCode("test/acceptance/cost-worker.ts") });
  const { sources } = await inlet.api<{ sources: { id: string; slug: string }[] }>("GET", "/api/sources");
  sourceId = sources.find(({ slug }) => slug === "demo-shop")!.id;
  const { destination } = await inlet.api<{ destination: { id: string } }>("POST", "/api/destinations", {
    sourceId,
    metadataId: "webhook",
    name: "Meter",
    enabled: true,
    settings: { url: hook.url },
  });
  destinationId = destination.id;
  await atRest();
});
afterAll(async () => {
  await inlet?.stop();
  await hook?.stop();
});

describe("the cost meter", () => {
  it.each(SHAPES)("comes within 25 % of what was counted from outside: $name, one webhook", async (shape) => {
    const before = await metered();
    await bench("reset");
    await send(shape);
    const counts = await atRest();
    const after = await metered();
    const events = shape.calls * shape.perCall;

    const lines = mergeLines([
      ...sourceLines(minus(after.source.month, before.source.month), 0),
      ...destinationLines(minus(after.destination.month, before.destination.month)),
    ]);
    const bill = billOf(counts, events, events);
    const truth = (bill.total * events) / 1e6;
    const estimate = dollarsOf(lines);
    const compared = {
      requests: [amountOf(lines, "requests"), counts.worker.fetch + counts.worker.queue],
      objects: [amountOf(lines, "objects"), sumOf(objectRequests(counts))],
      rows: [amountOf(lines, "rows"), sumOf(counts.rowsWritten) + (counts.queues["inlet-events"]?.write ?? 0)],
      queues: [amountOf(lines, "queues"), queueOperations(counts)],
      r2: [amountOf(lines, "r2"), (counts.r2["put"] ?? 0) + (counts.r2["get"] ?? 0)],
    };
    expect(amountOf(lines, "processor")).toBeCloseTo(
      shape.calls * ASSUMED_CPU.requestMs + events * (ASSUMED_CPU.eventMs + ASSUMED_CPU.deliveredEventMs),
      0,
    );
    expect(Math.abs(estimate / truth - 1), JSON.stringify(compared)).toBeLessThan(BOUND);
    for (const [kind, [meter = 0, counted = 0]] of Object.entries(compared)) {
      expect(Math.abs(meter - counted), `${kind}: ${meter} of ${counted}`).toBeLessThan(counted * BOUND + 5);
    }
  });
});
