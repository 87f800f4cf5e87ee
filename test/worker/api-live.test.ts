import { runDurableObjectAlarm } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { DEBUGGER } from "../../src/core/debugger.ts";
import { intakeName } from "../../src/core/intake.ts";
import type { Sample } from "../../src/core/sample.ts";
import { api, call, makeSource, ORIGIN } from "../support/api.ts";
import { testLine } from "../support/intake.ts";
import { PATIENT } from "../support/patience.ts";

const newSource = async () => String((await makeSource())["id"]);

const sample = (name: string, over: Partial<Sample> = {}): Sample => ({
  receivedAt: Date.now(),
  status: "accepted",
  type: "track",
  name,
  raw: JSON.stringify({ event: name }),
  ...over,
});
const record = (sourceId: string, samples: Sample[]) =>
  env.DEBUGGER.getByName(sourceId).record({ sourceId, at: Date.now(), counts: { accepted: samples.length }, samples });

const upgrade = (sourceId: string, headers: Record<string, string>, query = "") =>
  exports.default.fetch(
    new Request(`${ORIGIN}/api/sources/${sourceId}/debugger/live${query}`, {
      headers: { upgrade: "websocket", ...headers },
    }),
  );
const bearer = { authorization: `Bearer ${env.INLET_ADMIN_TOKEN}` };

async function sessionCookie(): Promise<string> {
  const { headers } = await call("POST", "/session", { body: { token: env.INLET_ADMIN_TOKEN } });
  return headers.get("set-cookie")?.split(";")[0] ?? "";
}

describe("the debugger", () => {
  it("lists what arrived, newest first, filtered on the server", async () => {
    const id = await newSource();
    await record(id, [sample("Order"), sample("Refund", { status: "refused", reason: "event_not_string" })]);
    const all = await api("GET", `/sources/${id}/debugger`);
    expect(all.data).toMatchObject({
      entries: [{ seq: 2, name: "Refund", sentence: "The event name must be a non-empty string." }, { seq: 1 }],
      hidden: 0,
    });
    const some = await api("GET", `/sources/${id}/debugger?q=order&status=accepted&type=track&event=ord&count=1`);
    expect(some.data["entries"]).toMatchObject([{ name: "Order" }]);
  });

  it.each(["status=lost", "type=purchase", "count=0", "count=501"])("refuses the query %s", async (query) => {
    const { status, errors } = await api("GET", `/sources/${await newSource()}/debugger?${query}`);
    expect([status, errors[0]?.field]).toEqual([422, query.split("=")[0]]);
  });

  it("is empty again for whoever deletes the source and asks the object itself", async () => {
    const id = await newSource();
    await record(id, [sample("Order")]);
    await api("DELETE", `/sources/${id}`);
    expect((await api("GET", `/sources/${id}/debugger`)).status).toBe(404);
    expect((await env.DEBUGGER.getByName(id).list({})).entries).toEqual([]);
  });
});

describe("the live socket", () => {
  it.each([
    ["a token", async () => bearer],
    ["a session from our own page", async () => ({ cookie: await sessionCookie(), origin: ORIGIN })],
  ])("opens with %s and shows the ring, then what arrives", async (_who, headersOf) => {
    const id = await newSource();
    await record(id, [sample("Order"), sample("Refund")]);
    const response = await upgrade(id, await headersOf(), "?event=ord");
    expect(response.status).toBe(101);
    const frames: { kind: string; entries: { name: string }[] }[] = [];
    response.webSocket?.addEventListener("message", ({ data }) => void frames.push(JSON.parse(String(data))));
    response.webSocket?.accept();
    await vi.waitUntil(() => frames.length === 1, PATIENT);
    await record(id, [sample("Order 2")]);
    await vi.waitUntil(() => frames.length === 2, PATIENT);
    expect(frames.map((frame) => [frame.kind, frame.entries.map((entry) => entry.name)])).toEqual([
      ["ring", ["Order"]],
      ["entries", ["Order 2"]],
    ]);
    response.webSocket?.close();
  });

  it.each([
    ["nobody", async () => ({}), 401],
    [
      "a session used by another site",
      async () => ({ cookie: await sessionCookie(), origin: "https://evil.example" }),
      403,
    ],
    ["a session without an origin", async () => ({ cookie: await sessionCookie() }), 403],
  ])("stays closed for %s", async (_who, headersOf, status) => {
    const response = await upgrade(await newSource(), await headersOf());
    expect([response.status, response.webSocket]).toEqual([status, null]);
    await response.text();
  });

  it("stays closed when too many are open already, and says when to try again", async () => {
    const id = await newSource();
    for (let n = 0; n < DEBUGGER.sockets; n++) (await upgrade(id, bearer)).webSocket?.accept();
    const response = await upgrade(id, bearer);
    expect([response.status, response.headers.get("retry-after")]).toEqual([429, "30"]);
    expect(await response.json()).toMatchObject({ errors: [{ type: "too_many_views" }] });
  });

  it("stays closed for a source that does not exist, and for a plain request", async () => {
    const missing = await upgrade("nope", bearer);
    expect(missing.status).toBe(404);
    await missing.text();
    const plain = await api("GET", `/sources/${await newSource()}/debugger/live`);
    expect([plain.status, plain.errors[0]?.type]).toEqual([426, "not_a_websocket"]);
  });
});

describe("volume", () => {
  it("counts a source's events with reasons in words, and says when the last one came", async () => {
    const id = await newSource();
    expect((await api("GET", `/sources/${id}/volume`)).data["volume"]).toMatchObject({
      totals: { accepted: 0, duplicate: 0, refused: 0 },
      lastEventAt: null,
    });
    const counts = { accepted: 5, duplicate: 2, "refused:bad_request": 1 };
    await env.LEDGER.getByName(`source:${id}`).count(Date.now(), counts);
    expect((await api("GET", `/sources/${id}/volume?minutes=10`)).data["volume"]).toMatchObject({
      totals: { accepted: 5, duplicate: 2, refused: 1 },
      reasons: [{ reason: "bad_request", sentence: "The body is not valid JSON.", count: 1 }],
      lastEventAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
  });

  it("is told for every source at once, with calls that no source claimed", async () => {
    const id = await newSource();
    const before = Number((await api("GET", "/volume")).data["unknown"]?.["count"]);
    await env.LEDGER.getByName(`source:${id}`).count(Date.now(), { accepted: 3 });
    await env.LEDGER.getByName("workspace").count(Date.now(), { "refused:unknown_source": 4 });
    const { data } = await api("GET", "/volume?minutes=60");
    expect(data["sources"]?.[id]).toMatchObject({ accepted: 3, duplicate: 0, refused: 0 });
    const series = Object.values(data["sources"]?.[id]?.["series"] ?? {}).map(Number);
    expect(series.reduce((a, b) => a + b)).toBe(3);
    expect(Number(data["unknown"]?.["count"])).toBe(before + 4);
  });
});

describe("lookup", () => {
  const append = async (sourceId: string, messageId: string) => {
    const directory = await env.CATALOG.getByName("workspace").directory();
    if (directory === "unchanged") throw new Error("asked without a version");
    const route = directory.sources.find((source) => source.id === sourceId)?.route;
    if (route === undefined) throw new Error("the source is not in the directory");
    const intake = env.INTAKE.getByName(intakeName(sourceId, 0));
    await intake.append({ route, shard: 0, receivedAt: Date.now(), ids: [messageId], lines: [testLine(messageId)] });
    return intake;
  };

  it("answers null for an id nobody sent", async () => {
    expect((await api("GET", `/sources/${await newSource()}/lookup/never`)).data).toEqual({ lookup: null });
  });

  it("finds an event in the outbox, then in the archive with its line, and counts its copies", async () => {
    const id = await newSource();
    const messageId = "order/17 ü";
    const path = `/sources/${id}/lookup/${encodeURIComponent(messageId)}`;
    const intake = await append(id, messageId);
    expect((await api("GET", path)).data["lookup"]).toMatchObject({
      stored: false,
      line: 0,
      duplicates: { count: 0, atLeast: false, times: [] },
    });
    await append(id, messageId);
    await runDurableObjectAlarm(intake);
    expect((await api("GET", path)).data["lookup"]).toMatchObject({
      stored: true,
      segment: expect.stringMatching(new RegExp(`^segment-logs/${id}/.*\\.gz$`)),
      firstSeenAt: expect.stringMatching(/Z$/),
      duplicates: { count: 1, atLeast: false, times: [expect.stringMatching(/Z$/)] },
      event: { messageId, event: "Tested" },
    });
  });
});
