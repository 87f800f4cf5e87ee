import { evictDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { catalogOf } from "../../src/bindings/catalog.ts";
import type { SettledCell } from "../../src/core/ledger.ts";
import { api, ORIGIN } from "../support/api.ts";
import { idsIn, intakeOf, testBatch } from "../support/intake.ts";
import { append, deliver, drain, newDestination, newSource, routeOf, segmentOf, trace } from "../support/trace.ts";

beforeEach(() => {
  // Segments are handed over by the test, never by the queue.
  vi.spyOn(env.EVENTS, "send").mockResolvedValue(undefined as never);
  vi.spyOn(env.DELIVERIES, "sendBatch").mockResolvedValue(undefined as never);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe("a trace of an accepted event", () => {
  it("goes from the door through the segment to each mapping, with every attempt", async () => {
    const source = await newSource({ name: "Shop" });
    const destination = await newDestination([source.id], ["Orders", "Page views"]);
    const [first, second] = [crypto.randomUUID(), crypto.randomUUID()];
    await append(source.id, [first, second]);
    await drain(source.id);
    const key = segmentOf(await trace(second, source.id));
    // Of two lines and two lanes, cells 0 and 1 are the gate, 2 and 3 the first lane, 4 and 5 the second.
    await deliver(
      destination,
      source.id,
      { key, count: 2 },
      {
        passed: [0, 1],
        unmatched: [4, 5],
        outcomes: [
          { cell: 2, status: "delivered" },
          { cell: 3, status: "retry", reason: "503", detail: "busy" },
        ],
      },
    );
    const answer = await trace(second, source.id);
    expect(answer.status).toBe(200);
    expect(answer.data["trace"]).toMatchObject({
      messageId: second,
      sourceId: source.id,
      sourceName: "Shop",
      status: "accepted",
      receivedAt: expect.stringMatching(/Z$/),
      type: "track",
      name: "Order",
      userId: "u1",
      event: { messageId: second },
      duplicates: { count: 0, times: [] },
      refusals: [],
      segment: { key: expect.stringMatching(/^segment-logs\//), line: 1, stored: true },
      steps: [],
      destinations: [
        {
          id: destination.id,
          name: "CRM",
          enabled: true,
          connected: true,
          state: "routed",
          deliveries: [
            {
              gate: { status: "passed" },
              subscriptions: [
                {
                  name: "Orders",
                  actionId: "send",
                  status: "pending",
                  reason: "503",
                  sentence: expect.stringMatching(/./),
                  failures: 1,
                  attempts: [{ attempt: 1, status: "retry", reason: "503" }],
                },
                { name: "Page views", status: "unmatched", failures: 0, attempts: [] },
              ],
            },
          ],
        },
      ],
    });
    const delivered = await trace(first, source.id);
    expect(delivered.data["trace"]?.["destinations"]?.[0]?.["deliveries"]?.[0]?.["subscriptions"]).toMatchObject([
      { name: "Orders", status: "delivered" },
      { name: "Page views", status: "unmatched" },
    ]);
  });

  it("says what stopped it at a destination's gate", async () => {
    const source = await newSource();
    const destination = await newDestination([source.id]);
    const id = crypto.randomUUID();
    await append(source.id, [id]);
    await drain(source.id);
    const key = segmentOf(await trace(id, source.id));
    const outcomes: SettledCell[] = [
      { cell: 0, status: "dropped", reason: "FILTERED_BY_INTEGRATIONS_OBJECT", detail: "Webhooks: false" },
    ];
    await deliver(destination, source.id, { key, count: 1 }, { passed: [], outcomes });
    const { data } = await trace(id, source.id);
    expect(data["trace"]?.["destinations"]?.[0]?.["deliveries"]).toMatchObject([
      {
        gate: {
          status: "dropped",
          reason: "FILTERED_BY_INTEGRATIONS_OBJECT",
          sentence: "The event's own integrations object switches this destination off.",
        },
      },
    ]);
  });

  it("keeps what a destination got from it after the destination was switched off and taken from the source", async () => {
    const [source, other] = [await newSource(), await newSource()];
    const destination = await newDestination([source.id]);
    const id = crypto.randomUUID();
    await append(source.id, [id]);
    await drain(source.id);
    const key = segmentOf(await trace(id, source.id));
    await deliver(
      destination,
      source.id,
      { key, count: 1 },
      { passed: [0], outcomes: [{ cell: 1, status: "delivered" }] },
    );
    await catalogOf(env).updateDestination(destination.id, { enabled: false });
    expect((await trace(id, source.id)).data["trace"]?.["destinations"]).toMatchObject([
      { id: destination.id, enabled: false, connected: true, state: "routed" },
    ]);
    await catalogOf(env).updateDestination(destination.id, { sourceIds: [other.id] });
    expect((await trace(id, source.id)).data["trace"]?.["destinations"]).toMatchObject([
      { id: destination.id, connected: false, state: "routed", deliveries: [{ gate: { status: "passed" } }] },
    ]);
  });

  it("has the event and its place before the segment is written, and after a restart as well", async () => {
    const source = await newSource();
    await newDestination([source.id]);
    const id = crypto.randomUUID();
    await append(source.id, [crypto.randomUUID(), id]);
    await evictDurableObject(intakeOf(await routeOf(source.id)));
    expect((await trace(id, source.id)).data["trace"]).toMatchObject({
      status: "pending",
      segment: { line: 1, stored: false },
      event: { messageId: id },
      destinations: [{ state: "waiting", deliveries: [] }],
    });
  });

  it("tells when its copies came, also those that came after the shard count had changed", async () => {
    const source = await newSource();
    const [id] = idsIn(1, 2, 1) as [string];
    await append(source.id, [id]);
    await append(source.id, [id]);
    const changed = await api("PATCH", `/sources/${source.id}/settings`, { shards: 2 });
    expect(changed.status).toBe(200);
    const route = await routeOf(source.id);
    await intakeOf(route, 1).append(testBatch(route, [id], 1));
    const { data } = await trace(id, source.id);
    expect(data["trace"]).toMatchObject({
      status: "pending",
      segment: { key: expect.stringMatching(/\/0-\d+\.gz$/) },
      duplicates: { count: 2, times: [expect.stringMatching(/Z$/), expect.stringMatching(/Z$/)] },
    });
  });

  it("tells of the others when one destination's ledger is out of reach", async () => {
    const source = await newSource();
    const [broken, fine] = [await newDestination([source.id]), await newDestination([source.id])];
    const id = crypto.randomUUID();
    await append(source.id, [id]);
    await drain(source.id);
    const key = segmentOf(await trace(id, source.id));
    await deliver(fine, source.id, { key, count: 1 }, { passed: [0], outcomes: [{ cell: 1, status: "delivered" }] });
    const real = env.LEDGER.getByName.bind(env.LEDGER);
    vi.spyOn(env.LEDGER, "getByName").mockImplementation((name) => {
      if (name !== `destination:${broken.id}`) return real(name);
      return { lineTrace: () => Promise.reject(new Error("overloaded")) } as unknown as ReturnType<typeof real>;
    });
    const answer = await trace(id, source.id);
    expect([answer.status, answer.data["trace"]?.["destinations"]]).toMatchObject([
      200,
      [
        { id: broken.id, state: "unknown", sentence: "Unknown: its ledger did not answer.", deliveries: [] },
        { id: fine.id, state: "routed" },
      ],
    ]);
  });
});

describe("a trace of a refused event", () => {
  it("has the reason in words, what was sent, and no destination", async () => {
    const source = await newSource();
    const messageId = crypto.randomUUID();
    const body = JSON.stringify({ writeKey: source.writeKey, event: "Order", messageId });
    await exports.default.fetch(new Request(`${ORIGIN}/v1/track`, { method: "POST", body }));
    const answer = await vi.waitUntil(
      async () => {
        const { status, data } = await trace(messageId, source.id);
        return status === 200 ? data : undefined;
      },
      { timeout: 5000 },
    );
    expect(answer["trace"]).toMatchObject({
      status: "refused",
      type: "track",
      name: "Order",
      event: { messageId, event: "Order" },
      refusals: [{ reason: "no_user_anon_id", sentence: expect.stringContaining("userId") }],
      destinations: [],
    });
    expect(answer["trace"]).not.toHaveProperty("segment");
  });
});
