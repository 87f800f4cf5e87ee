import { describe, expect, it } from "vitest";
import type { SettingValue } from "../../src/core/catalog.ts";
import { segment } from "../../src/destinations/own/segment.ts";
import { NOW, settingsProblem, tryKind, type FarEnd } from "../support/own-kinds.ts";

/** As it stands in a segment line: what the collector added is in it. */
const EVENT = {
  type: "track",
  event: "Order Completed",
  messageId: "m1",
  anonymousId: "a1",
  userId: null,
  properties: { revenue: 39.95 },
  context: { ip: "1.2.3.4", direct: true, library: { name: "analytics.js", version: "1" } },
  integrations: { All: true, Salesforce: false },
  timestamp: "2026-11-22T10:00:00.000Z",
  originalTimestamp: "2026-11-22T09:00:00.000Z",
  sentAt: "2026-11-22T09:00:01.000Z",
  receivedAt: "2026-11-22T10:00:01.000Z",
  channel: "client",
  version: 2,
  projectId: "src_1",
};
const success: FarEnd = () => Response.json({ success: true });
const open = (settings: Record<string, SettingValue> = {}, farEnd = success) =>
  tryKind(segment, { writeKey: "wk_secret", ...settings }, farEnd);

const eventOf = (messageId: string, rest: object = {}) => ({ ...EVENT, messageId, ...rest });
const batchOf = (body: string) => JSON.parse(body) as { batch: Record<string, unknown>[]; sentAt: string };

describe("what Segment gets", () => {
  it("is the event as a client would send it, by the region's host, with the write key", async () => {
    const { perform, seen } = await open();
    expect(await perform([EVENT])).toEqual([{ status: "delivered" }]);
    expect(seen).toMatchObject([{ url: "https://api.segment.io/v1/batch", method: "POST" }]);
    expect(atob(seen[0]!.headers.get("authorization")!.replace("Basic ", ""))).toBe("wk_secret:");
    expect(batchOf(seen[0]!.body).batch).toEqual([
      {
        type: "track",
        event: "Order Completed",
        messageId: "m1",
        anonymousId: "a1",
        userId: null,
        properties: { revenue: 39.95 },
        context: { ip: "1.2.3.4", library: { name: "analytics.js", version: "1" } },
        integrations: { All: true, Salesforce: false },
        timestamp: "2026-11-22T10:00:00.000Z",
      },
    ]);
  });

  it("is not shifted in time: sentAt is now, so only the difference of our clocks is taken out", async () => {
    const { perform, seen } = await open();
    await perform([EVENT]);
    expect(batchOf(seen[0]!.body).sentAt).toBe(new Date(NOW).toISOString());
  });

  it.each<readonly [Record<string, SettingValue>, string]>([
    [{ region: "eu" }, "https://events.eu1.segmentapis.com/v1/batch"],
    [{ endpoint: "https://collect.example/proxy/" }, "https://collect.example/proxy/v1/batch"],
  ])("goes to %o", async (settings, url) => {
    const { perform, seen } = await open(settings);
    await perform([EVENT]);
    expect(seen[0]!.url).toBe(url);
  });
});

describe("batches", () => {
  it("hold at most 100 events", async () => {
    const { perform, seen } = await open();
    const outcomes = await perform(Array.from({ length: 250 }, (_, i) => eventOf(`m${i}`)));
    expect(outcomes.every(({ status }) => status === "delivered")).toBe(true);
    expect(seen.map(({ body }) => batchOf(body).batch.length)).toEqual([100, 100, 50]);
  });

  it("and at most 500 kB, counted in bytes", async () => {
    const { perform, seen } = await open();
    await perform(Array.from({ length: 60 }, (_, i) => eventOf(`m${i}`, { properties: { text: "ア".repeat(8000) } })));
    expect(seen.length).toBeGreaterThan(2);
    for (const { body } of seen) expect(Buffer.byteLength(body)).toBeLessThanOrEqual(500 * 1024);
    expect(seen.flatMap(({ body }) => batchOf(body).batch)).toHaveLength(60);
  });

  it("leave out what is above 32 kB, and say so of that event alone", async () => {
    const { perform, seen } = await open();
    const large = eventOf("large", { properties: { text: "x".repeat(33_000) } });
    const outcomes = await perform([eventOf("m1"), large, eventOf("m2")]);
    expect(outcomes.map(({ status }) => status)).toEqual(["delivered", "abandoned", "delivered"]);
    expect(outcomes[1]).toMatchObject({ detail: expect.stringContaining("32 kB"), who: "user" });
    expect(batchOf(seen[0]!.body).batch.map(({ messageId }) => messageId)).toEqual(["m1", "m2"]);
  });

  it("of one event above 32 kB send nothing", async () => {
    const { perform, seen } = await open();
    const [outcome] = await perform([eventOf("large", { properties: { text: "x".repeat(33_000) } })]);
    expect(outcome).toMatchObject({ status: "abandoned", detail: expect.stringContaining("32 kB") });
    expect(seen).toHaveLength(0);
  });

  it("are asked for by the preset, within Segment's limits", async () => {
    const { connection } = await open();
    expect(connection.batching("send", segment.kind.presets[0]!.mapping)).toMatchObject({ size: 100, bytes: 510_976 });
  });

  it("fail together when there is one request", async () => {
    const { perform } = await open({}, () => new Response("", { status: 400 }));
    const outcomes = await perform([eventOf("m1"), eventOf("m2")]);
    expect(outcomes).toMatchObject([
      { status: "abandoned", reason: "400", batchStatus: 400 },
      { status: "abandoned", reason: "400", batchStatus: 400 },
    ]);
  });

  it("fail one by one when there are several: what was taken is not sent again", async () => {
    let answered = 0;
    const { perform } = await open({}, () => new Response("", { status: ++answered === 2 ? 503 : 200 }));
    const outcomes = await perform(Array.from({ length: 150 }, (_, i) => eventOf(`m${i}`)));
    expect(outcomes.slice(0, 100).every(({ status }) => status === "delivered")).toBe(true);
    expect(outcomes.slice(100).every(({ status }) => status === "retry")).toBe(true);
  });
});

describe("the write key", () => {
  it("is never shown", async () => {
    const { perform } = await open({}, ({ headers }) => Response.json([...headers], { status: 400 }));
    const shown = JSON.stringify(await perform([EVENT]));
    expect(shown).not.toMatch(/wk_secret|d2tfc2VjcmV0/);
  });

  it.each<readonly [status: number, valid: boolean]>([
    [200, true],
    [404, false],
    [500, false],
  ])("is looked up where Segment publishes sources' settings: %i → %s", async (status, valid) => {
    const { connection, tools, seen } = await open({}, () => new Response("{}", { status }));
    const result = await connection.testAuthentication(tools, new AbortController().signal);
    expect(seen[0]!.url).toBe("https://cdn.segment.com/v1/projects/wk_secret/settings");
    expect(result.ok).toBe(valid);
    expect(JSON.stringify(result)).not.toContain("wk_secret");
  });

  it("is needed", async () => {
    expect(await settingsProblem(segment, {})).toMatch(/^writeKey: /);
    expect(await settingsProblem(segment, { writeKey: " " })).toMatch(/^writeKey: /);
    expect(await settingsProblem(segment, { writeKey: "wk", endpoint: "ftp://x" })).toMatch(/^endpoint: /);
  });
});
