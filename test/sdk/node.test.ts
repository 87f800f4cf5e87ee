import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EventType } from "../../src/core/event.ts";
import { countDuplicates, readArchive, waitFor, type ArchivedEvent } from "../support/archive.ts";
import { startFaultProxy, type Fault, type FaultProxy } from "../support/fault-proxy.ts";
import { NODE_SDKS, type NodeSdk } from "../support/node-sdks.ts";
import { startInlet, type RunningInlet } from "../support/server.ts";
import { createSource, type TestSource } from "../support/test-source.ts";

let inlet: RunningInlet;
beforeAll(async () => {
  inlet = await startInlet();
});
afterAll(() => inlet.stop());

const WHEN = "2026-01-02T03:04:05.678Z";
const SENT: Record<EventType, Record<string, unknown>> = {
  identify: {
    userId: "user-1",
    anonymousId: "anon-1",
    traits: { email: "a@shop.test", address: { city: "Köln" }, age: 33 },
  },
  track: {
    userId: "user-1",
    event: "Order Completed",
    properties: {
      revenue: 39.95,
      big: 9007199254740991,
      products: [{ id: 1, tags: [] }],
      coupon: null,
      note: "🚀 <b>",
    },
    integrations: { All: true, Mixpanel: false },
    context: { ip: "203.0.113.7", userAgent: "Shop/1.0", locale: "de-DE" },
  },
  page: { userId: "user-1", name: "Pricing", category: "Docs", properties: { url: "https://shop.test/pricing" } },
  screen: { anonymousId: "anon-1", name: "Home", properties: { tab: 1 } },
  group: { userId: "user-1", groupId: "org-1", traits: { name: "Org", seats: 5 } },
  alias: { userId: "user-1", previousId: "anon-1" },
};
const TYPES = Object.keys(SENT) as EventType[];

/** Makes the six calls as the SDK's users do, lets it deliver, and gives what is archived by type. */
async function makeSixCalls(sdk: NodeSdk, source: TestSource, host: string): Promise<Map<string, ArchivedEvent>> {
  const { calls, flush } = sdk.open(source.writeKey, host);
  for (const type of TYPES) {
    // A copy: some of them write into what they are given.
    calls[type]({ ...structuredClone(SENT[type]), ...(type === "track" ? { timestamp: new Date(WHEN) } : {}) });
  }
  await flush();
  const events = await readArchive(inlet, source.id, { atLeast: TYPES.length });
  expect(events.map(({ type }) => type).toSorted()).toEqual(TYPES.toSorted());
  return new Map(events.map((event) => [event.type, event]));
}

describe.each(NODE_SDKS)("$name, unmodified", (sdk) => {
  let source: TestSource;
  let proxy: FaultProxy;
  let events: Map<string, ArchivedEvent>;

  beforeAll(async () => {
    [source, proxy] = await Promise.all([createSource(inlet), startFaultProxy(inlet.url)]);
    events = await makeSixCalls(sdk, source, proxy.url.origin);
  });
  afterAll(() => proxy.stop());

  it.each(TYPES)("has its %s archived as it was called", (type) => {
    const { context, ...fields } = SENT[type];
    const event = events.get(type)!;
    const { library, ...rest } = event["context"] as Record<string, unknown>;
    expect(event).toMatchObject(fields);
    expect(library).toEqual(sdk.library);
    expect(rest).toEqual({ ...(context as object), ...sdk.addsContext?.(SENT[type]) });
  });

  it("adds no address or user agent of its own machine, and is marked as a server's", () => {
    for (const event of events.values())
      expect(event).toMatchObject({ channel: "server", version: 2, projectId: source.id });
    expect(events.get("page")?.["context"]).not.toHaveProperty("ip");
    expect(events.get("page")?.["context"]).not.toHaveProperty("userAgent");
  });

  it("keeps the messageId it made, its metadata and no write key", () => {
    for (const event of events.values()) {
      expect(event.messageId).toMatch(sdk.messageId);
      expect(event["_metadata"]).toMatchObject({ nodeVersion: expect.stringContaining(process.versions.node) });
      expect(JSON.stringify(event)).not.toContain(source.writeKey);
    }
  });

  it("keeps a given timestamp, and the order of the others", () => {
    expect(events.get("track")).toMatchObject({ timestamp: WHEN, originalTimestamp: WHEN });
    for (const [type, event] of events) {
      const { timestamp, originalTimestamp, sentAt, receivedAt } = event as unknown as Record<string, string>;
      expect(timestamp).toBe(originalTimestamp);
      expect(Date.parse(originalTimestamp!), type).toBeLessThanOrEqual(Date.parse(sentAt!));
      expect(Date.parse(sentAt!), type).toBeLessThanOrEqual(Date.parse(receivedAt!));
    }
  });

  it("sends as its makers decided", () => {
    for (const call of proxy.calls()) {
      expect(call.path).toBe("/v1/batch");
      expect(call.headers).toMatchObject(sdk.headers);
    }
  });

  it.each<Fault>([
    { kind: "unavailable", retryAfter: 1 },
    { kind: "rate_limited", retryAfter: 1 },
    { kind: "lose_answer" },
  ])("has each event archived once when the first call meets $kind", async (fault) => {
    const own = await createSource(inlet);
    proxy.add(fault);
    for (const { messageId } of (await makeSixCalls(sdk, own, proxy.url.origin)).values()) {
      await waitFor("every further copy to be recorded as a duplicate", async () => {
        return (await countDuplicates(inlet, own.id, messageId)) === proxy.deliveries(messageId) - 1;
      });
    }
    const met = proxy.calls().find((call) => call.fault === fault.kind)!;
    const [id = ""] = met.ids;
    expect(proxy.deliveries(id)).toBe(fault.kind === "lose_answer" ? 2 : 1);
  });
});
