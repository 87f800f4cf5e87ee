import { env, exports } from "cloudflare:workers";
import { runDurableObjectAlarm } from "cloudflare:test";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { SourceInput } from "../../src/core/catalog.ts";
import { intakeName } from "../../src/core/intake.ts";
import { archivedLines } from "../support/intake.ts";

// The porch's door as it is deployed: real directory, real Intake, real rate limits.

interface TestSource {
  readonly id: string;
  readonly key: string;
}

const sources: Record<string, TestSource> = {};

async function createSource(name: string, settings: object, enabled = true): Promise<void> {
  const catalog = env.CATALOG.getByName("workspace");
  const made = await catalog.createSource(SourceInput.parse({ name, settings, enabled }));
  if (!made.ok) throw new Error(made.error.message);
  sources[name] = { id: made.value.id, key: made.value.writeKeys[0]?.key ?? "" };
}

/** The directory knows all of them from the first request on. */
beforeAll(async () => {
  await createSource("shop", { drain: { afterMs: 60_000 } });
  await createSource("limited", { rateLimit: "600" });
  await createSource("flooded", { rateLimit: "600" });
  await createSource("strict", { allowedOrigins: ["https://*.example.com"] });
  await createSource("off", {}, false);
});

const sourceOf = (name: string): TestSource => {
  const source = sources[name];
  if (source === undefined) throw new Error(`no source ${name}`);
  return source;
};

const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  exports.default.fetch(
    new Request(`https://inlet.test${path}`, {
      method: "POST",
      body: typeof body === "string" ? body : JSON.stringify(body),
      headers: { "cf-connecting-ip": "203.0.113.9", ...headers },
    }),
  );

const track = (source: string, more: Record<string, unknown> = {}) => ({
  type: "track",
  event: "Clicked",
  userId: "u1",
  messageId: crypto.randomUUID(),
  writeKey: sourceOf(source).key,
  ...more,
});

const intakeOf = (source: string) => env.INTAKE.getByName(intakeName(sourceOf(source).id, 0));

/** The debugger's rows of one reason; they come a moment after the answer. */
async function shown(source: string, q: string) {
  return vi.waitFor(
    async () => {
      const { entries } = await env.DEBUGGER.getByName(sourceOf(source).id).list({ q });
      expect(entries).not.toEqual([]);
      return entries;
    },
    { timeout: 10_000, interval: 50 },
  );
}

describe("an acknowledged event", () => {
  it("is durable by the time of the answer, and in the archive after the drain as it was normalised", async () => {
    const event = track("shop", {
      properties: { price: 9.5 },
      _metadata: { bundled: [] },
      userId: null,
      anonymousId: "a",
    });
    const response = await post("/v1/t", event, { "user-agent": "Mozilla/5.0", origin: "https://shop.test" });
    expect([response.status, await response.text()]).toEqual([200, '{"success":true}']);
    expect(await intakeOf("shop").lookup(event.messageId)).toMatchObject({ stored: false });

    await runDurableObjectAlarm(intakeOf("shop"));
    const segments = await archivedLines(sourceOf("shop").id);
    const stored = segments.flatMap(({ lines }) => lines).find((line) => line["messageId"] === event.messageId);
    expect(stored).toMatchObject({
      type: "track",
      userId: null,
      anonymousId: "a",
      properties: { price: 9.5 },
      context: { ip: "203.0.113.9", userAgent: "Mozilla/5.0" },
      channel: "client",
      projectId: sourceOf("shop").id,
    });
    expect(stored).not.toHaveProperty("writeKey");
  });

  it("sent again is a duplicate, whoever sends it and however", async () => {
    const event = track("shop");
    const prefer = { prefer: "return=representation" };
    const first = await post("/v1/track", event, prefer);
    expect(await first.json()).toEqual({ success: true, items: [{ messageId: event.messageId, status: "accepted" }] });
    const again = await Promise.all([
      post("/v1/t", event, prefer),
      post("/v1/batch", { batch: [event], writeKey: event.writeKey }, prefer),
    ]);
    for (const response of again) {
      expect(await response.json()).toEqual({
        success: true,
        items: [{ messageId: event.messageId, status: "duplicate" }],
      });
    }
  });
});

it("an id that another source has seen is new: whoever has one key suppresses nothing elsewhere", async () => {
  const event = track("shop");
  const there = track("limited", { messageId: event.messageId });
  for (const one of [event, there]) {
    const response = await post("/v1/track", one, { prefer: "return=representation" });
    expect(await response.json()).toMatchObject({ items: [{ status: "accepted" }] });
  }
});

describe("a refused event", () => {
  it("is answered 200 and shown with its reason in words", async () => {
    const event = track("shop", { userId: 42 });
    expect((await post("/v1/track", event)).status).toBe(200);
    expect(await shown("shop", event.messageId)).toMatchObject([
      {
        status: "refused",
        reason: "id_not_string",
        sentence: "An id must be a string: userId is a number.",
        type: "track",
        name: "Clicked",
      },
    ]);
    expect(await intakeOf("shop").lookup(event.messageId)).toBeNull();
  });

  it("of a source that is switched off, or from an origin off the list, is shown there", async () => {
    const off = track("off");
    const foreign = track("strict");
    expect((await post("/v1/track", off)).status).toBe(200);
    expect((await post("/v1/track", foreign, { origin: "https://evil.test" })).status).toBe(200);
    expect(await shown("off", off.messageId)).toMatchObject([{ reason: "source_disabled" }]);
    expect(await shown("strict", foreign.messageId)).toMatchObject([
      { reason: "origin_not_allowed", detail: "https://evil.test" },
    ]);
    expect((await post("/v1/track", foreign, { origin: "https://shop.example.com" })).status).toBe(200);
    expect(await intakeOf("strict").lookup(foreign.messageId)).not.toBeNull();
  });

  it("too large to read is still shown with its name and size", async () => {
    const event = track("shop", { x: "x".repeat(40_000) });
    const response = await post("/v1/track", event);
    expect(response.status).toBe(400);
    expect(await shown("shop", event.messageId)).toMatchObject([
      {
        reason: "message_too_large",
        detail: `it has ${JSON.stringify(event).length} bytes`,
        truncated: true,
        name: "Clicked",
      },
    ]);
  });
});

it("nobody's events are answered 200 and counted for the workspace", async () => {
  expect((await post("/v1/track", { ...track("shop"), writeKey: "nobody" })).status).toBe(200);
  await vi.waitFor(
    async () => {
      const now = Date.now();
      const { reasons } = await env.LEDGER.getByName("workspace").volume({ now, minutes: 60 });
      expect(reasons).toContainEqual({ reason: "unknown_source", count: 1 });
    },
    { timeout: 10_000, interval: 50 },
  );
});

it("a source over its rate is told to wait, and another is not", { timeout: 60_000 }, async () => {
  const event = track("limited");
  // No more at a time than call their shard alone: vitest's runtime does not let requests wait for each other, as
  // workerd does (no_handle_cross_request_promise_resolution). Shared calls are tested in test/crash.
  const four = () => Promise.all(Array.from({ length: 4 }, () => post("/v1/track", event)));
  let refused: Response | undefined;
  // 600 a minute: when a minute ends in between, the next 600 are within it.
  for (let sent = 0; refused === undefined && sent < 1400; sent += 4) {
    refused = (await four()).find((response) => response.status !== 200);
  }
  expect([refused?.status, refused?.headers.get("retry-after")]).toEqual([429, "30"]);
  expect((await post("/v1/track", track("shop"))).status).toBe(200);
});

it(
  "a batch counts against the rate once for each hundred events, however few bytes it has",
  { timeout: 60_000 },
  async () => {
    const flood = { writeKey: track("flooded").writeKey, batch: Array.from({ length: 2500 }, () => 0) };
    const statuses: number[] = [];
    // 24 of them are 600 requests: when a minute ends in between, the next 24 are within it.
    while (statuses.at(-1) !== 429 && statuses.length < 60) statuses.push((await post("/v1/batch", flood)).status);
    expect(statuses.at(-1)).toBe(429);
    expect(statuses.length).toBeGreaterThan(24);
  },
);

it("the control plane and unknown paths are not the porch's", async () => {
  expect((await post("/v2/track", track("shop"))).status).toBe(404);
});
