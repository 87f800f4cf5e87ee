import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { catalogOf } from "../../src/bindings/catalog.ts";
import type { AppendBatch } from "../../src/core/intake.ts";
import type { SettledCell, Settlement } from "../../src/core/ledger.ts";
import type { SourceRoute } from "../../src/core/source.ts";
import { api, makeSource, ORIGIN, type Json } from "../support/api.ts";
import { idsIn, intakeOf, testBatch } from "../support/intake.ts";

beforeEach(() => {
  // Segments are handed over by the test, never by the queue.
  vi.spyOn(env.EVENTS, "send").mockResolvedValue(undefined as never);
  vi.spyOn(env.DELIVERIES, "sendBatch").mockResolvedValue(undefined as never);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

async function routeOf(sourceId: string): Promise<SourceRoute> {
  const directory = await env.CATALOG.getByName("workspace").directory();
  const source = directory === "unchanged" ? undefined : directory.sources.find(({ id }) => id === sourceId);
  if (source === undefined) throw new Error("the source is not in the directory");
  return { ...source.route, drainAfterMs: 3_600_000 };
}

async function newSource(input?: Record<string, unknown>): Promise<{ id: string; writeKey: string }> {
  const source = await makeSource(input);
  return { id: String(source["id"]), writeKey: String(source["writeKeys"]?.[0]) };
}

/** Appends as the collector does: the lines it makes of these messages. */
async function append(sourceId: string, ids: readonly string[], more: Partial<AppendBatch> = {}): Promise<void> {
  const route = await routeOf(sourceId);
  const receivedAt = new Date().toISOString();
  const lines = ids.map((messageId) =>
    JSON.stringify({
      type: "track",
      event: "Order",
      messageId,
      userId: "u1",
      context: {},
      integrations: {},
      receivedAt,
    }),
  );
  await intakeOf(route).append({ ...testBatch(route, ids), lines, ...more });
}
const drain = async (sourceId: string, shard = 0) =>
  runDurableObjectAlarm(intakeOf({ sourceId } as SourceRoute, shard));

async function newDestination(sourceIds: string[], subscriptionNames: readonly string[] = ["Orders"]) {
  const subscriptions = subscriptionNames.map((name) => ({
    name,
    actionId: "send",
    enabled: true,
    trigger: 'type = "track"',
    mapping: {},
  }));
  const catalog = catalogOf(env);
  const made = await catalog.createDestination({
    sourceIds,
    metadataId: "webhook",
    integrationName: "Webhooks",
    name: "CRM",
    enabled: true,
    consentCategories: [],
    settings: { url: "https://hook.example/in" },
    secrets: {},
    subscriptions,
  });
  if (!made.ok) throw new Error(made.error.message);
  const { id } = made.value;
  const listed = await catalog.listSubscriptions(id);
  return {
    id,
    ledger: env.LEDGER.getByName(`destination:${id}`),
    lanes: listed.ok ? listed.value.map((one) => one.id) : [],
  };
}
type Destination = Awaited<ReturnType<typeof newDestination>>;

/** Hands a segment of `count` lines to the destination and books what `outcomes` says of its cells. */
async function deliver(
  { id, ledger, lanes }: Destination,
  sourceId: string,
  { key, count }: { key: string; count: number },
  booked: Pick<Settlement, "passed"> & { unmatched?: number[]; outcomes: SettledCell[] },
): Promise<void> {
  await ledger.open({ destinationId: id, sourceId, key, count });
  const claim = await ledger.claim({ key, lanes });
  if (claim.status !== "granted") throw new Error("nothing due");
  const { token, mode } = claim;
  await ledger.settle({ key, token, part: 1, mode, unmatched: [], kinds: [], letters: [], release: true, ...booked });
}

const trace = (messageId: string, sourceId?: string) =>
  api("GET", `/trace/${encodeURIComponent(messageId)}${sourceId === undefined ? "" : `?sourceId=${sourceId}`}`);
const segmentOf = (answer: { data: Json }): string => String(answer.data["trace"]?.["segment"]?.["key"]);

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

describe("the search", () => {
  it("finds an event without its source's name, and says who else knows the id", async () => {
    const [one, two] = [await newSource({ name: "One" }), await newSource({ name: "Two" })];
    const id = crypto.randomUUID();
    await append(one.id, [id]);
    await append(two.id, [id]);
    const { data } = await trace(id);
    expect(data["trace"]).toMatchObject({ sourceId: one.id });
    expect(data["otherSources"]).toMatchObject([{ sourceId: two.id, sourceName: "Two", status: "pending" }]);
    expect(data["search"]).toMatchObject({ unasked: 0, unanswered: [] });
    expect((await trace(id, two.id)).data).toMatchObject({ trace: { sourceId: two.id }, otherSources: [] });
  });

  it("answers 404 with the id for one nobody sent, and for a source that does not exist", async () => {
    const { id } = await newSource();
    const answer = await trace("never-sent", id);
    expect([answer.status, answer.errors]).toMatchObject([
      404,
      [{ type: "not_found", field: "messageId", message: expect.stringContaining("never-sent") }],
    ]);
    expect((await trace("never-sent", "src_nope")).status).toBe(404);
  });

  it("answers 503, not 404, while the only source that may know the id cannot be asked", async () => {
    const { id } = await newSource({ name: "Shop" });
    const real = env.INTAKE.getByName.bind(env.INTAKE);
    vi.spyOn(env.INTAKE, "getByName").mockImplementation((name) => {
      if (!name.startsWith(id)) return real(name);
      return { lookup: () => Promise.reject(new Error("overloaded")) } as unknown as ReturnType<typeof real>;
    });
    const answer = await trace("some-id", id);
    expect([answer.status, answer.headers.get("retry-after"), answer.errors]).toMatchObject([
      503,
      "5",
      [{ type: "unavailable", message: expect.stringContaining("Shop") }],
    ]);
  });

  it.each([
    "' OR 1=1 --",
    "../../sources",
    "<script>alert(1)</script>",
    "😀\u0000\n",
    "__proto__",
    "%",
    "x".repeat(300),
  ])("knows no event with the id %j", async (id) => {
    const source = await newSource();
    expect((await trace(id, source.id)).status).toBe(404);
  });

  it("finds an event whatever its id is made of", async () => {
    const source = await newSource();
    const id = "../a/?b=1&c#%2F <b>é😀";
    await append(source.id, [id]);
    expect((await trace(id, source.id)).data["trace"]).toMatchObject({ messageId: id, status: "pending" });
  });

  it.each([
    ["an id that is too long", `/trace/${"x".repeat(301)}`],
    ["an empty source", "/trace/a?sourceId="],
    ["a source that is too long", `/trace/a?sourceId=${"x".repeat(65)}`],
  ])("refuses %s", async (_what, path) => {
    expect((await api("GET", path)).status).toBe(422);
  });
});
